# The pages of the office: who works at the clinic reads them. Written, not
# translated word by word; usted. $clinic is the clinic's name as it writes it.

# Frame.
office-skip = Ir al contenido
office-tabs = Su trabajo
office-today = Hoy
office-sign-out = Salir
office-signed-in-as = Sesión abierta como
office-help = Ayuda
office-foot = Estas páginas son para quienes trabajan en { $clinic }.
# Stands before the title of a page with a mistake to mend.
office-error-prefix = Por favor, revise:
office-problem = Por favor, revise esto
office-go-on = Continuar
office-sign-in = Entrar

# Sign-in.
office-sign-in-title = Entrar en la oficina
office-address = Correo electrónico
office-password = Contraseña
office-password-hint = Su propia contraseña, no la de su programa de correo.
office-sign-in-wrong = El correo o la contraseña no son correctos. Inténtelo de nuevo.
office-sign-in-empty = Por favor, escriba su correo y su contraseña.
# $wait is "30 seconds", $time "10:02 AM (Pacific)".
office-wait = Varios intentos no funcionaron. Espere { $wait }, hasta las { $time }, e inténtelo de nuevo.
office-not-for-patients = Pacientes: por favor, use el enlace del correo de { $clinic }.

# The code.
office-code-title = Escriba el código de su aplicación
office-code-for = Va a entrar como { $address }.
office-code-label = Código de 6 dígitos
office-code-wrong = Este código no funcionó. Espere al siguiente en su aplicación y escríbalo.
office-code-empty = Por favor, escriba los 6 dígitos que su aplicación muestra ahora.
office-no-phone = No tengo mi teléfono
office-recovery-label = Código de recuperación
office-recovery-hint = Uno de los códigos que guardó al preparar la aplicación, como abcde-fghij. Cada uno sirve una vez.
office-recovery-use = Usar este código de recuperación
office-other-account = Usar otro correo

# Set-up of the second factor.
office-factor-title = Prepare la aplicación en su teléfono
office-factor-why = Desde ahora usted entra con su contraseña y un código de su teléfono. Así, una contraseña robada por sí sola no abre nada. Son dos minutos.
office-factor-app = Instale una aplicación que genere códigos
office-factor-app-text = Sirve cualquier aplicación de autenticación, como Google Authenticator, Microsoft Authenticator o Aegis. Si ya tiene una, use esa.
office-factor-scan = Escanee esta imagen con la aplicación
office-factor-scan-text = En la aplicación, elija agregar una cuenta y apunte la cámara aquí.
office-factor-picture = Imagen para la cámara de su teléfono
office-factor-here = La aplicación está en este dispositivo: abrirla
office-factor-type = No puedo escanearla
office-factor-type-text = Escriba esta clave en la aplicación. Los espacios no importan. Elija “basado en tiempo” si se lo pregunta.
office-factor-confirm = Escriba el código que muestra la aplicación

# Recovery codes.
office-codes-title = Guarde estos códigos de recuperación
office-codes-text = Si pierde su teléfono, cada uno de ellos abre su cuenta una vez. Se muestran solo ahora. Guárdelos donde nadie más mire, y no en su teléfono.
# $moment is "Sunday, 29 November 2026, 5:00 PM (Pacific)".
office-codes-whose = { $address }; { $moment }
office-codes-print = Para imprimir esta página o guardarla como PDF, use Imprimir en el menú de su navegador.
office-codes-kept = Ya los guardé
office-recovery-title = Códigos de recuperación nuevos
office-recovery-left =
    { $n ->
        [0] No le queda ningún código de recuperación.
        [one] Le queda { $n } código de recuperación.
       *[other] Le quedan { $n } códigos de recuperación.
    }
office-recovery-text = Los nuevos sustituyen a todos los que tiene. Escriba un código de su aplicación para crearlos.
office-recovery-make = Crear códigos de recuperación nuevos

# Today.
office-today-more = Hay más de lo que muestran estas listas. Lo anterior está en su programa de correo.
office-today-empty = Nada le espera
office-today-empty-hint = Aquí verá los mensajes nuevos de pacientes, los mensajes por autorizar y a quién conviene llamar.
office-admin-empty = Aquí no hay correo
office-admin-empty-hint = Su cuenta administra el servidor. Solo quienes escriben a los pacientes ven su correo.
office-gaps-title =
    { $n ->
        [one] La configuración no está terminada: falta { $n } cosa
       *[other] La configuración no está terminada: faltan { $n } cosas
    }
office-gaps-tell = Por favor, avise a la persona encargada de este sistema.
office-asked-title =
    { $n ->
        [one] { $n } paciente pide de nuevo un mensaje
       *[other] { $n } pacientes piden de nuevo un mensaje
    }
office-asked-text = Ya no se pudo abrir. Envíelo de nuevo o escríbalo otra vez, o márquelo como hecho.
office-no-subject = Mensaje sin asunto
office-gone-subject = El mensaje ya no se conserva
# $moment is "today, 9:41 AM" or "18 November".
office-written = Enviado: { $moment }
office-asked-at = Pedido: { $moment }
office-stands-open = Se puede leer de nuevo
office-stands-expired = Su plazo terminó
office-stands-locked = Cerrado tras demasiados códigos erróneos
office-stands-withdrawn = Fue retirado
office-stands-destroyed = Ya no se conserva

# Today, more.
office-replies-title =
    { $n ->
        [one] { $n } mensaje nuevo de pacientes
       *[other] { $n } mensajes nuevos de pacientes
    }
office-shared = Buzón compartido
office-waits-title =
    { $n ->
        [one] { $n } mensaje espera autorización
       *[other] { $n } mensajes esperan autorización
    }
# $name is a person of the clinic.
office-waits-mine = Para que usted lo autorice, escrito por { $name }
office-waits-deputy = Para que usted lo autorice como suplente, escrito por { $name }
office-waits-written = Usted lo escribió, { $name } lo autoriza
office-waits-to = Para { $name }
office-waits-until = En espera hasta: { $moment }
office-failed-title =
    { $n ->
        [one] { $n } mensaje no llegó
       *[other] { $n } mensajes no llegaron
    }
office-failed-text = Revise la dirección o llame.
office-unopened-title =
    { $n ->
        [one] { $n } mensaje sigue sin abrirse
       *[other] { $n } mensajes siguen sin abrirse
    }
office-unopened-text = A menudo basta una llamada breve.
office-phone = Teléfono { $phone }
office-no-phone-number = No hay teléfono en la ficha
office-returned-title =
    { $n ->
        [one] { $n } mensaje suyo fue devuelto
       *[other] { $n } mensajes suyos fueron devueltos
    }
office-returned-text = No se enviaron. Cámbielos y envíelos de nuevo, o muévalos a la papelera.
office-begun-title =
    { $n ->
        [one] { $n } mensaje sin terminar
       *[other] { $n } mensajes sin terminar
    }
office-begun-text = Nadie más los ve y no se envió nada. Se guardan durante { $n } días.
office-asked-write = Escribirlo otra vez
office-lately-title = Enviado hace poco
# After the names of some people.
office-lately-more =
    { $n ->
        [one] y { $n } más
       *[other] y { $n } más
    }
office-task-done = Hecho

# What was done, at the top of a page.
office-done-again = Un aviso nuevo está en camino.
office-done-closed = Hecho. Ya no está en su lista.
office-done-finished = Marcado como hecho.
office-done-held = Guardado. Falta que lo autoricen.
office-done-kept = Guardado para después. No se envió nada.
office-done-kept-files = Guardado para después. No se envió nada. Los archivos de esta computadora no se guardan: elíjalos de nuevo entonces.
office-done-dropped = Descartado. No se envió nada.
office-done-sent = Enviado. El mensaje está en camino.
office-done-recalled = Retirado. Ya nadie puede abrirlo.
office-done-released = Autorizado. El mensaje está en camino.
office-done-returned = Devuelto. Quien lo escribió lo encuentra en Hoy con su motivo, y en Borradores de su programa de correo.
office-done-withdrawn = Devuelto. Lo encuentra en Hoy, y en Borradores de su programa de correo.
office-done-gone = Este paso ya no está disponible. Aquí ve el mensaje como está ahora.
office-done-not = No se cambió nada. Quizás alguien se adelantó. Por favor, mire el estado más abajo.
# $first and $last are dates.
office-done-day = No se cambió nada. Elija un día entre el { $first } y el { $last }.
office-done-over = No se hizo nada. El mensaje ya no espera: fue autorizado, devuelto o retirado, o su plazo terminó.
office-done-look = Verlo

# A message.
office-message = Mensaje
office-message-empty = Este mensaje no tiene texto.
office-message-cut = Este mensaje es demasiado largo para mostrarlo entero. Aquí falta el final.
office-message-plain = Lo mismo como texto sin formato, como lo muestran algunos programas de correo
office-file-unnamed = Archivo sin nombre
office-somebody = Alguien cuya dirección ya no se conserva
office-from = De: { $name }
office-to = Para: { $name }
office-regarding = Sobre: { $name }
office-content-title = Lo que lee el paciente
office-content-over = Lo que el paciente podía leer
office-notice-title = El aviso, tal como se envió
office-notice-none = No se envió ningún aviso.
office-recipients-title = Qué pasó
office-files-count =
    { $n ->
        [one] { $n } archivo
       *[other] { $n } archivos
    }
office-download = Descargar
office-download-all = Descargar todos los archivos
office-print = Imprimir
office-print-how = Para imprimir esta página o guardarla como PDF, use Imprimir en el menú de su navegador.
office-print-from = De
office-print-to = Para
office-print-date = Fecha
office-back = Volver al mensaje
office-waiting = Este mensaje espera que { $name } lo autorice (hasta: { $moment }).
office-waiting-look = Verlo
office-waiting-here = Puede autorizarlo en esta pantalla
office-answer-waits = Ya hay una respuesta escrita, que espera autorización.
office-reply-waits = una respuesta espera autorización
# $writer and $name are persons of the clinic.
office-written-by = Escrito por { $name }.
office-written-released = Escrito por { $writer }. Autorizado por { $name }: { $moment }
office-back-title = Lo que usted escribió
office-back-text = Esto no se envió. Cámbielo y envíelo de nuevo aquí, o desde Borradores de su programa de correo.
# $name is a person of the clinic.
office-back-words = { $name } lo devolvió ({ $moment }):
office-back-several = Era para varias personas. Cámbielo en su programa de correo y envíelo desde allí.
office-back-unlisted = Nadie en los contactos tiene esta dirección. Cambie el mensaje en su programa de correo y envíelo desde allí.
office-back-again = Cambiar y enviar de nuevo
office-back-close-text = Si ya no debe enviarse, quítelo. Entonces está en la papelera de su programa de correo.
office-back-close = Mover a la papelera
office-way-portal = Protegido: un aviso con un enlace
office-way-clear = Correo común, sin proteger
office-way-local = Un buzón de la clínica
office-way-open = Aún no se ha enviado
# $moment is "today, 9:41 AM" or "18 November".
office-state-held = Por autorizar desde: { $moment }
office-state-queued = Por enviar desde: { $moment }
office-state-noticed = Aviso enviado: { $moment }
office-state-extended = Enviado de nuevo: { $moment }
office-state-bounced = El aviso no se pudo entregar ({ $moment }).
office-state-unopened = Aún no se ha abierto.
office-state-opened = Abierto: { $moment }
office-state-downloaded = Archivos descargados: { $moment }
office-state-replied = Respondido: { $moment }
office-state-expired = Su plazo terminó: { $moment }
office-state-expired-unopened = Su plazo terminó sin que se abriera: { $moment }
office-state-recalled = Retirado: { $moment }
# $name is a person of the clinic.
office-state-recalled-by = Retirado por { $name }: { $moment }
office-state-relayed = Entregado al servicio de correo: { $moment }
office-state-delivered = En el buzón desde: { $moment }
office-state-failed = No se pudo entregar ({ $moment }).
office-state-until = Se puede leer hasta: { $moment }

# What is done with a message.
office-close = Cerrar sin responder
office-close-text = Si no hace falta responder, ciérrelo. Queda marcado como leído, también en su programa de correo.
office-again-title = Enviarlo de nuevo
office-again-text =
    { $n ->
        [one] Se envía un aviso nuevo con un enlace nuevo. El mensaje se puede leer durante { $n } día desde hoy.
       *[other] Se envía un aviso nuevo con un enlace nuevo. El mensaje se puede leer durante { $n } días desde hoy.
    }
office-again = Enviar de nuevo
office-until-label = Se puede leer hasta
office-until-hint = Del { $first } al { $last }. Si lo deja vacío, vale el plazo de arriba, o el día que ya tiene si es posterior.
office-recall = Retirar
office-recall-title = ¿Retirar este mensaje?
office-recall-closes = Desde ahora nadie puede abrirlo. El enlace del aviso dice que usted lo retiró.
office-recall-read = Quien lo leyó, lo leyó. Abajo ve quién fue.
office-recall-good = Es definitivo. Para que alguien lo lea después, escríbalo otra vez.
office-recall-do = Retirarlo

# An emergency.
office-glass-title = Usted no ve este mensaje
office-glass-text = No existe tal mensaje, o está en el buzón de otra persona.
office-glass-emergency = Es una emergencia
office-glass-record = Como médico puede abrirlo con un motivo. Su nombre, la hora y el motivo quedan registrados para siempre.
office-glass-do = Abrir el mensaje
office-glass-open = Usted lo abrió en una emergencia
office-glass-open-text = Está abierto hasta que usted salga. Su nombre y su motivo están registrados.
office-reason-label = Motivo
# $least and $most are numbers.
office-reason-wrong = Por favor, dé un motivo de { $least } a { $most } caracteres.

# Release.
office-release-title = Autorizar un mensaje
office-release-who = { $writer } escribió esto en nombre de { $name }.
office-release-until = Si nadie lo autoriza, vuelve a quien lo escribió: { $moment }
office-goes-title = Quién lo recibe, y cómo
office-note-off = Esta cuenta fue desactivada. No se puede autorizar nada hasta que se elija a otra persona.
office-goes-clear = Sale sin proteger. Otros pueden leerlo en el camino.
office-note-unlisted = Aún no está en los contactos. Por favor, revise la dirección.
office-note-blind = Va en copia oculta: los demás destinatarios no ven esta dirección.
office-release-own = Autorizarlo
office-release-own-text = Su contraseña y un código de su app muestran que es usted.
office-release-here = { $name } lo autoriza aquí
office-release-here-text = El médico escribe su propia contraseña y un código, solo para este mensaje. Usted sigue en su sesión; nadie más entra.
office-release-emergency = Autorizarlo en una emergencia
office-release-emergency-text = Lleva el nombre de { $name }. Si no se puede localizar a esa persona, usted puede autorizarlo con un motivo. Su nombre y el motivo quedan registrados para siempre.
office-release-do = Autorizar y enviar
office-release-wrong = La contraseña o el código no funcionó. No se envió nada. Cada código sirve una vez: espere al próximo e inténtelo de nuevo.
office-release-wrong-here = La dirección, la contraseña o el código no funcionó. No se envió nada. Cada código sirve una vez: espere al próximo e inténtelo de nuevo.
office-release-empty = Por favor, escriba la contraseña y los 6 dígitos de la app. No se envió nada.
office-release-changed = Este no es el mensaje que se mostró. No se envió nada. Léalo de nuevo y después libérelo.
office-release-long = Un mensaje de esta longitud no se autoriza en esta página, porque aquí nadie puede verlo entero. No se envió nada. Quien lo escribió puede acortarlo o enviar la parte larga como archivo.
office-release-theirs = Lleva el nombre de { $name }, que debe autorizarlo. No se envió nada.
office-release-off = La cuenta del médico o de un destinatario fue desactivada. No se envió nada. Por favor, devuelva el mensaje.
office-release-damaged = El mensaje guardado no es el que se escribió. No se envió nada. Por favor, avise a la persona encargada de este sistema.
office-reject-title = Devolverlo a { $name }
office-reject-label = Qué debe cambiarse
office-reject-hint = Quien lo escribió recibe estas palabras y el mensaje como borrador.
office-reject-do = Devolverlo
office-words-wrong = Por favor, escriba qué debe cambiarse, hasta { $most } caracteres.
office-withdraw-text = ¿Quiere cambiarlo? Devuélvalo, y lo encuentra en Hoy.
office-withdraw-do = Devolverlo a Borradores

# Help.
office-help-title = Ayuda para la oficina
office-help-phone = Perdí mi teléfono
office-help-phone-text = Escriba su contraseña, elija “No tengo mi teléfono” y use uno de sus códigos de recuperación. Si no tiene ninguno, pida a la persona encargada de este sistema que restablezca su segundo paso. La próxima vez que entre, preparará un teléfono nuevo.
office-help-password = Olvidé mi contraseña
office-help-password-text = Pida a la persona encargada de este sistema que ponga una nueva. Nadie puede leer la anterior.
office-help-wrong = Mi código no funciona
office-help-wrong-text = Cada código sirve una vez y durante un minuto aproximadamente. Espere al siguiente. Si ninguno funciona, ponga la hora de su teléfono en automático.
office-help-closed = Mi página se cerró sola
office-help-closed-text = Tras 30 minutos sin pulsar nada las páginas se cierran, y a las 12 horas en todo caso. También se cierran cuando cambia su contraseña, su función o su segundo paso.
office-help-release = Un mensaje espera autorización
office-help-release-text = Lo que el personal escribe en nombre de un médico espera en Hoy. El médico lo abre, lo lee y lo autoriza con contraseña y código. Antes no se envía nada.
office-help-return = Devolver un mensaje
office-help-return-text = El médico que quiere un cambio escribe cuál. El mensaje queda entonces en Borradores de quien lo escribió, con esas palabras. Mientras espera, quien lo escribió también puede devolverlo a Borradores.
office-help-recall = Retirar un mensaje enviado
office-help-recall-text = En la página del mensaje, elija “Retirar”. El enlace ya no abre nada. Quien lo leyó lo leyó, y la página muestra quién fue.
office-help-again = Enviar un mensaje de nuevo
office-help-again-text = Si el paciente perdió el correo o el plazo terminó, abra el mensaje y elija “Enviar de nuevo”. Sale un aviso nuevo con un enlace nuevo.
office-help-contacts = Personas y familias
office-help-contacts-text = En Contactos se busca, agrega y cambia a las personas, y se trae una lista de un archivo. Quienes comparten un correo son una familia: abra a uno y agregue allí a los demás.
office-help-portal = Pacientes sin enlace
office-help-portal-text = Los pacientes siempre llegan a un mensaje por el enlace de su correo. En la página de un contacto también puede permitir que entre al portal por su cuenta, si su registro está completo.

# One thing to say.
office-locked-title = Sus páginas están cerradas
office-locked-text = No se pulsó nada durante un rato, o algo cambió en su cuenta. Por favor, entre de nuevo.
office-kept-text = No se pulsó nada durante un rato. Lo que escribió está guardado y no se envió nada. Entre de nuevo: lo encuentra en Hoy. Hay que elegir de nuevo los archivos de esta computadora.
office-signed-out-title = Ha salido
office-signed-out-text = Las páginas de esta sesión están cerradas. Puede cerrar esta ventana.
office-sign-in-again = Entrar de nuevo
office-to-today = Ir a Hoy
office-to-front = Ir a la primera página
office-open-anew = Abrir la página de nuevo
office-missing-title = Esta página no existe
office-missing-text = Puede que la dirección esté incompleta o que la página haya cambiado de sitio.
office-method-title = Esta página no se abre así
office-method-text = Pertenece a un formulario. Por favor, empiece en la página anterior.
office-large-title = Es demasiado de una vez
office-large-text = El formulario traía más de lo que aceptamos. Vuelva atrás y envíe menos.
office-stale-title = Esta página estuvo abierta demasiado tiempo
office-stale-text = No se cambió nada. Por favor, abra la página de nuevo e inténtelo otra vez.
office-foreign-title = Esto no vino de nuestra página
office-foreign-text = Otro sitio intentó enviar algo aquí. No se cambió nada.
office-host-title = No hay nada con este nombre
office-host-text = Por favor, use la dirección que le dieron para las páginas de la oficina.
office-room-title = Ahora no hay espacio
office-room-text = El disco de este servidor está casi lleno y no se cambió nada. Por favor, avise a la persona encargada.
office-busy-title = Demasiados accesos a la vez
office-busy-text = Por favor, inténtelo de nuevo en un momento.
office-slow-title = Esto tardó demasiado
office-slow-text = Por favor, inténtelo de nuevo. Si vuelve a ocurrir, avise a la persona encargada de este sistema.
office-malformed-title = No pudimos leer eso
office-malformed-text = Por favor, vuelva atrás e inténtelo de nuevo.
office-fault-title = Algo falló de nuestro lado
office-fault-text = Por favor, inténtelo de nuevo. Si vuelve a ocurrir, diga la referencia de abajo a la persona encargada de este sistema.
office-error-reference = Referencia: { $reference }

# Escribir.
office-write = Escribir
office-write-title = Mensaje nuevo
office-write-other = Elegir a otra persona
office-write-back = Volver al mensaje
office-answer = Responder
office-answer-title = Responder
office-answer-to = Lo que escribió el paciente
office-find-title = ¿A quién quiere escribir?
office-find-label = Nombre, fecha de nacimiento, correo o teléfono
office-find-hint = Por ejemplo, “Jane Doe”, “31/01/1980” o “31 de enero de 1980”. Basta con el comienzo de una palabra.
office-find-do = Buscar
office-found =
    { $n ->
        [0] No se encontró a nadie
        [one] { $n } persona encontrada
       *[other] { $n } personas encontradas
    }
office-found-none = Revise cómo está escrito o agregue primero a la persona a los contactos.
office-found-more = Hay más personas. Agregue otra palabra.
office-found-no-address = Sin dirección de correo en la ficha
# $date es "31 de enero de 1980".
office-born = nacimiento: { $date }
office-write-from = De
office-write-from-hint = Los mensajes a pacientes llevan el nombre de un médico. Uno en nombre de otra persona espera hasta que esa persona lo autorice.
# En una lista de nombres. $name es "Dr. Ana Ruiz".
office-write-waits = { $name } (queda por autorizar)
office-write-to = Para
office-write-to-hint = Varias personas leen en la misma dirección. Elija de quién trata el mensaje.
office-choose = Elija
office-write-subject = Asunto
office-write-kept = Adjuntar archivos que ya están aquí
# $name is a person. It stands after a file's size and date.
office-kept-owner = de { $name }
office-kept-own = ya en este mensaje
office-kept-unknown = alguien de este buzón
# $name is a patient.
office-kept-chart = en el expediente de { $name }
office-write-chart-away = En este momento no se puede llegar a los archivos del expediente. Los que llegaron con mensajes están aquí.
office-preview = Ver
office-write-files = Agregar archivos de esta computadora
office-write-send = Enviar
office-write-keep = Guardar para después
office-write-drop = Descartar
office-write-kept-since = Ya había empezado este mensaje. Se guardó el { $moment } y no se envió nada. Hay que elegir de nuevo los archivos de esta computadora.
office-write-anew = Ha entrado de nuevo desde que se abrió esta página. Revise el mensaje y pulse el botón otra vez.
office-write-begun = Tiene aquí otro mensaje sin terminar.
office-write-go-on = Seguir con él
office-unfinished-title = Mensaje sin terminar
office-unfinished-gone = Desde aquí ya no se puede enviar: falta el mensaje al que responde o la dirección a la que iba. Puede copiar las palabras.
office-write-no-subject = Escriba un asunto.
office-write-long-subject = El asunto tiene más de { $n } caracteres. Acórtelo.
office-write-no-text = Escriba unas palabras.
office-write-long-text = El texto tiene más de { $n } caracteres. Acórtelo o envíelo como archivo.
office-write-no-from = Elija de quién es el mensaje.
office-write-no-to = Elija para quién es el mensaje.
office-write-no-pick = Uno de los archivos marcados ya no está. Elija de nuevo.

# Frame and doors.
office-contacts = Contactos
office-set-up = Configuración
office-accounts = Cuentas
office-audit = Auditoría
office-save = Guardar
office-more = Mostrar más
office-yes = Sí
office-nobody = Nadie
office-refused-title = Esto no se puede hacer ahora
office-refused-text = Algo ha cambiado desde que se abrió la página. No se hizo nada. Por favor, abra la página de nuevo y revise.
office-renewed-title = Su contraseña ha cambiado
office-renewed-text = Todas sus páginas están cerradas, aquí y en otros lugares. Por favor, entre con la contraseña nueva. Sus programas de correo siguen como antes.
office-proof-password = Su propia contraseña
office-proof-wrong = Su contraseña o el código no son correctos. Inténtelo de nuevo con el código siguiente.
office-proof-empty = Por favor, escriba su propia contraseña y los 6 dígitos que su aplicación muestra ahora.

# The list of contacts.
office-contacts-search = Buscar a alguien
office-contacts-find = Buscar
office-contacts-all = Mostrar a todos
office-contacts-none = Todavía no se ha agregado a nadie a los contactos
office-contacts-written = Solo se les ha escrito
office-contacts-written-text = Alguien de aquí ha escrito a estas direcciones. Abra una y pulse “Cambiar” para hacerla un contacto.
office-contacts-written-more = Hay más. Búsquelos por nombre o correo electrónico.
office-contacts-not-found = No se encontró a nadie. Pruebe con menos letras.
office-status-stub = Aún no está en los contactos
office-status-patient = Paciente
office-status-non-patient = No es paciente

# One contact.
office-contact-new = Agregar un contacto
office-contact-change = Cambiar
# $name is a person's name.
office-contact-change-title = Cambiar: { $name }
office-contact-added = Se agregó el contacto.
office-contact-changed = Los cambios están guardados.
office-contact-granted = Ahora puede entrar al portal.
office-contact-revoked = Ya no puede entrar al portal por su cuenta.
# Beside the name of a field that must be filled in.
office-needed = obligatorio
office-needed-patients = obligatorio para pacientes
office-field-first = Nombre
office-field-last = Apellidos
office-field-name = Nombre en los mensajes
office-field-name-hint = Solo si los mensajes deben mostrar otro nombre.
office-field-born = Fecha de nacimiento
office-field-status = Quién es
office-field-language = Idioma
office-field-phone = Teléfono
office-field-email = Correo electrónico
office-field-email-hint = El primero se usa para los mensajes.
office-field-postal = Dirección postal
office-field-provider = Médico principal
office-field-guarantor = Responsable de la familia
office-field-guarantor-hint = Aquí aparecen las personas con el mismo apellido o correo. Guarde primero el apellido para verlas.
office-field-portal = Acceso al portal
office-field-confidential = Confidencial
office-field-confidential-hint = Quienes comparten el correo no ven nada de esta persona en el portal.
office-language-unknown = No se sabe

# What is wrong; it stands beside the field. $n is a number.
office-wrong-long = Es demasiado largo. Use como máximo { $n } caracteres.
office-wrong-character = Hay un carácter que no podemos guardar. Por favor, escríbalo de nuevo.
office-wrong-born = Por favor, escriba el día como año, mes y día, por ejemplo 1980-01-31.
office-wrong-age = Este día está en el futuro o hace más de 150 años. Por favor, revíselo.
office-wrong-word = Por favor, escriba una de estas palabras: { $words }.
office-wrong-many = Se pueden guardar { $n } como máximo. Por favor, quite los que menos usa.
office-wrong-email = Esto no es un correo electrónico. Debe parecerse a nombre@example.com.
office-wrong-domain = A esta dirección no llega ningún correo: lo que sigue a la @ no tiene punto, como en example.com. Por favor, revísela.
office-wrong-twice = Está dos veces. Por favor, quite uno.
office-wrong-provider = No hay ningún médico con esta cuenta. Por favor, elija otro.
office-wrong-theirs = Es paciente de otro médico. Solo ese médico, o quien escribe por él, puede nombrar a otro.
office-wrong-guarantor = Esta persona no puede ser responsable de la familia: no está, o ya tiene a alguien. Por favor, elija a otra.
office-wrong-head = Otros tienen a esta persona como responsable. Cambie primero los suyos.
office-wrong-missing = La clínica pide este dato. Por favor, complételo.
office-wrong-nameless = Por favor, escriba un nombre.
office-wrong-portal = Quien entra al portal necesita este dato. Complételo, o quite primero el acceso al portal.

# Somebody is there already.
office-alike = ¿Ya tiene a esta persona?
office-alike-text = El mismo nombre y fecha de nacimiento, o el mismo correo, ya está aquí. Las familias suelen compartir un correo.
office-alike-sure = Es otra persona: guardar
# $name is a person's name.
office-put-into = Poner estos datos en { $name }
office-put-into-title = Por favor, compare los dos
office-put-into-text = El registro lleva lo que usted escribió. Donde hay diferencias, el campo dice lo que contiene ahora. Nada cambia antes de que guarde.
office-meanwhile = Este registro cambió mientras tanto
office-meanwhile-text = No se guardó nada, y lo que escribió sigue aquí. Donde hay diferencias, el campo dice lo que hay ahora. Si guarda otra vez, vale lo suyo.
office-meanwhile-now = Ahora: { $value }
office-meanwhile-empty = Ahora: vacío
office-meanwhile-ticked = Ahora: sí

# Sign-in to the portal. $moment is "today, 9:41 AM" or "18 November".
office-portal-since = Puede entrar al portal sin enlace desde: { $moment }
# The portal's address follows.
office-portal-where = La dirección donde entra, para dársela:
# What a patient does there.
office-portal-how = Allí escribe su correo electrónico y recibe por correo un código de 8 dígitos.
office-portal-family = Para que escriba por un hijo o por otra persona del mismo buzón, permita el acceso al portal también en ese registro.
office-portal-may = El registro está completo. Puede permitirle entrar al portal sin enlace.
office-portal-missing = Para entrar al portal sin enlace, al registro le falta:
office-portal-lacks = El registro no está completo. Le falta: { $fields }.
office-portal-grant = Permitir a { $name } el acceso al portal
office-portal-grant-do = Permitir el acceso al portal
office-portal-grant-means = En el portal escribe su correo, recibe un código y ve todos los mensajes que siguen disponibles. También puede escribirle primero.
office-portal-grant-link = Quien lea ese correo puede hacer lo mismo. Por favor, asegúrese de que el correo es suyo.
office-portal-revoke = Quitar a { $name } el acceso al portal
office-portal-revoke-do = Quitar el acceso al portal
office-portal-revoke-means = Ya no podrá abrir el portal por su cuenta.
office-portal-revoke-link = Los enlaces de sus mensajes siguen funcionando, cada uno hasta que termine su plazo.

# Family and history.
office-family = Familia
office-family-none = No se conoce a nadie más.
office-family-add = Agregar a alguien de esta familia
office-sharing = Comparten el correo
office-sharing-text = Todos ellos pueden leer los mensajes a ese correo. El mensaje dice de quién trata.
office-history = Mensajes enviados y recibidos
office-history-none = Ninguno que usted vea.
office-history-yours = Aquí está lo que usted escribió y lo que llegó para usted o para toda la clínica. Puede que otros hayan escrito y recibido más.
office-history-sent = Enviado
office-history-received = Recibido
office-history-older = Mensajes anteriores
office-history-newest = Mensajes más recientes
office-fate-held = Por autorizar
office-fate-queued = En camino
office-fate-noticed = Aviso enviado
office-fate-bounced = El aviso fue devuelto
office-fate-opened = Abierto
office-fate-downloaded = Archivo descargado
office-fate-replied = Ha contestado
office-fate-expired = Su plazo terminó
office-fate-recalled = Retirado
office-fate-relayed = Enviado al destino
office-fate-delivered = Entregado
office-fate-failed = No entregado
office-fate-overdue = Sin confirmar a tiempo
office-fate-read = Leído
office-fate-unread = Sin leer

# Contacts as a file. $size is "1 MB", $line and $column are numbers or names.
office-import = Traer contactos de un archivo
office-import-text = Guarde la lista de su programa anterior u hoja de cálculo como archivo CSV (“CSV UTF-8”). Primero verá qué pasaría, línea por línea. Nada cambia antes de que usted lo diga.
office-import-how = Cómo es el archivo
office-import-columns = La primera línea nombra las columnas: last, first, born, phone, email, postal, provider, language, status. También valen los nombres que usan estas páginas, como “Apellidos”. Bastan las que tenga. Una celda vacía no cambia nada.
# A line of such a file; no commas but between the cells.
office-import-example = Pérez Gil,Ana,1988-03-04,+1 503 555 0100,ana@example.com,ruiz@clinic.example,es,patient
office-import-born = born: año, mes y día, como 1988-03-04. Otra forma se rechaza, porque 03/04/1988 es un día en un país y otro día en el siguiente.
office-import-provider = provider: el correo electrónico de la cuenta del médico, o su nombre como lo muestran estas páginas.
office-import-words = language: en o es. status: patient (paciente) o non-patient (no es paciente).
office-import-several = Más teléfonos y correos: de phone2 a phone4, de email2 a email8.
# $fields is "Last name, Phone".
office-import-fields = Cambiaría: { $fields }
office-import-file = Archivo CSV
office-import-hint = Hasta { $size }. Los archivos más grandes los trae la persona encargada de este sistema.
office-import-try = Revisar el archivo
office-import-empty = Por favor, elija un archivo. Uno vacío no cambia nada.
office-import-look = Esto es lo que pasaría
office-import-do = Traerlos
office-import-mend = No se trae nada mientras una línea esté rechazada. Por favor, corrija esas líneas en su archivo y elíjalo de nuevo.
office-import-meanwhile = Los contactos cambiaron desde que los revisó. Por favor, revise otra vez.
office-import-done = Los contactos están aquí
office-import-line = Línea { $line }
office-import-add = se agregaría
office-import-change = se cambiaría
office-import-same = quedaría igual
office-import-refused = se rechaza
office-effect-addresses = Los mensajes irían a otros correos.
office-effect-granted = Podría entrar al portal.
office-effect-revoked = Ya no podría entrar al portal.
office-import-rest = Las demás líneas no se muestran.
office-line-fields = La línea tiene más o menos celdas que la primera. Por favor, revise comas y comillas.
office-line-id = Lo que está bajo id no lo es. Déjelo vacío para un contacto nuevo.
office-line-again = Trata de la misma persona que la línea { $line }. Por favor, quite una.
office-line-several = Podrían ser varios contactos. Por favor, ponga apellidos, nombre y fecha de nacimiento.
office-line-crowded = Más de 50 contactos compartirían este correo. Quite un correo que no sea de nadie en particular, como el de la clínica.
office-sheet-large = El archivo es demasiado grande para esta página. Divídalo o pida ayuda a la persona encargada de este sistema.
office-sheet-long = El archivo tiene demasiadas líneas. Divídalo, cada parte con su primera línea.
office-sheet-encoding = La línea { $line } no está en UTF-8, y las letras con acento podrían confundirse. Guarde el archivo como “CSV UTF-8”.
office-sheet-wide = El archivo está guardado como “texto Unicode”. Guárdelo como “CSV UTF-8”.
office-sheet-header = La primera línea debe nombrar las columnas, como last,first,born,email.
office-sheet-column = La primera línea tiene columnas que no se conocen: { $columns }. Cámbieles el nombre o quítelas.
office-sheet-twice = La primera línea tiene dos veces la columna { $column }. Por favor, quite una.
office-sheet-line = La línea { $line } no se puede leer. Por favor, revise sus comillas.
office-export = Guardar todos los contactos en un archivo
# For who may not.
office-export-who = Un médico puede guardar todos los contactos en un archivo.
office-export-people = El archivo contiene nombres, fechas de nacimiento y direcciones de todos sus pacientes. Fuera de esta pasarela nada lo protege. Guárdelo solo donde van los expedientes y bórrelo al terminar.
office-export-noted = En la auditoría queda anotado que usted lo guardó.
office-export-semicolons = Punto y coma entre las celdas
office-export-semicolons-hint = Para una hoja de cálculo de un país donde los números llevan coma.
office-export-do = Guardar el archivo

# Set-up of a mail program.
office-values = Datos para su programa de correo
office-values-text = Al pulsar un dato se selecciona entero, listo para copiar.
# On a button, and beside it once it was pressed.
office-copy = Copiar
office-copied = Copiado
office-value-user = Nombre de usuario
office-value-password = Contraseña
office-value-app = Una contraseña de aplicación de esta página
office-value-in-server = Correo entrante (IMAP): servidor
office-value-in-port = Correo entrante: puerto
office-value-in-security = Correo entrante: seguridad
office-value-out-server = Correo saliente (SMTP): servidor
office-value-out-port = Correo saliente: puerto
office-value-out-security = Correo saliente: seguridad
office-programs = Paso a paso
office-apple = iPhone, iPad o Mac: la vía rápida
office-apple-text = Apunte la cámara del dispositivo a esta imagen, o abra en él el enlace. Instala un perfil firmado con estos datos y sin contraseña. Después escriba una contraseña de aplicación cuando la pida.
office-apple-picture = Imagen que lleva al perfil
office-apple-here = Abrir el perfil en este dispositivo

# App passwords. $networks is "203.0.113.0/24", $address "203.0.113.7".
office-apps = Contraseñas de aplicación
office-apps-none = Todavía no tiene ninguna.
office-app-why = Cada programa de correo tiene su propia contraseña. Si se pierde un dispositivo, quite su contraseña y los demás siguen funcionando.
office-app-networks-why = Si la limita a la red de la clínica, una contraseña robada no le sirve a nadie de fuera. Para un teléfono que va con usted a casa, no la limite.
office-app-new = Crear una contraseña de aplicación
office-app-name = Nombre
office-app-name-hint = El dispositivo y el programa, como “Outlook en recepción”.
office-app-nameless = Por favor, póngale un nombre para reconocerla.
office-app-scope = Qué abre
office-scope-both = Leer y enviar
office-scope-imap = Solo leer
office-scope-smtp = Solo enviar
office-app-networks = Solo desde estas redes
office-app-networks-hint = Déjelo vacío para cualquier lugar. Usted está ahora en { $address }; una red se escribe como 203.0.113.0/24.
office-app-network-wrong = “{ $network }” no es una red. Se escribe como 203.0.113.0/24, o 203.0.113.7 para una sola dirección.
office-app-networks-many = Como máximo { $n } redes. Por favor, ponga redes más grandes.
office-app-make = Crearla
office-app-refused = No se creó. Quizás ya tiene todas las posibles: quite una que ya no use.
office-app-made = Su nueva contraseña de aplicación
office-app-made-text = Escríbala en su programa de correo donde pida la contraseña, para el correo entrante y el saliente. No sirve en ningún otro lugar.
office-app-made-once = Se muestra solo ahora. No hace falta guardarla: para otro dispositivo, cree otra.
office-app-typed = Ya la escribí
office-app-used = último uso: { $moment }
office-app-unused = aún no se ha usado
office-app-anywhere = desde cualquier lugar
office-app-from = solo desde { $networks }
office-app-revoke = Quitar
office-app-revoke-title = Quitar “{ $name }”
office-app-revoke-means = El programa que la usa ya no podrá leer ni enviar nada. Todo lo demás sigue funcionando.
office-app-revoked = La contraseña de aplicación ya no sirve.

# The own account.
office-own = Su acceso
office-own-title = Cambiar su contraseña
office-own-text = Es la contraseña de estas páginas. Todas sus páginas se cierran y usted entra de nuevo.
office-own-current = Su contraseña actual
office-own-new = Contraseña nueva
office-own-hint = Al menos { $n } caracteres, como cuatro o cinco palabras sin relación entre sí.
office-own-again = La contraseña nueva otra vez
office-own-short = Use al menos { $n } caracteres.
office-own-common = Mucha gente usa esta, o contiene su nombre. Por favor, elija palabras sin relación entre sí.
office-own-differs = Las dos no son iguales. Por favor, escríbala otra vez.
office-own-do = Cambiar la contraseña

# Accounts, for who runs the gateway.
office-account-new = Agregar una cuenta
office-account-name = Nombre
office-account-name-hint = Como la conocen los pacientes, por ejemplo “Dra. Ana Ruiz”.
office-account-role = Función
office-role-staff = Personal
office-role-staff-means = Puede escribir mensajes. Un médico los autoriza, salvo que usted permita otra cosa. Ve su correo, el correo común y los contactos.
office-role-provider = Médico
office-role-provider-means = Puede escribir, enviar y autorizar. Ve su correo, el correo común y los contactos.
office-role-admin = Administrador
office-role-admin-means = Administra la pasarela y estas cuentas. No ve el correo de nadie ni los contactos.
office-account-proof = Solo si podrá hacer más que antes: su propia contraseña y un código.
office-account-make = Agregar la cuenta
office-account-address-wrong = Esto no es un correo electrónico.
office-account-address-taken = Este correo ya tiene una cuenta.
office-account-address-foreign = Este correo no es de un dominio propio de la clínica.
office-account-made = La cuenta está creada
office-account-made-text = Entregue esta primera contraseña en persona, no por correo. La primera vez que entran, preparan la aplicación en el teléfono; después cambian la contraseña en Configuración.
office-account-made-once = Se muestra solo ahora.
office-account-handed = Ya la entregué
office-account-changed = Los cambios están guardados.
office-account-change = Cambiar nombre y permisos
office-account-change-title = Cambiar: { $name }
office-account-meanwhile = La cuenta cambió mientras tanto. No se guardó nada, y lo que escribió sigue aquí. Si guarda otra vez, vale lo suyo.
office-account-state = Estado
office-account-state-on = En uso
office-account-state-off = Desactivada
office-account-is-on = La cuenta está en uso otra vez.
office-account-is-off = La cuenta está desactivada.
office-account-off = Desactivar
office-account-off-title = Desactivar a { $name }
office-account-off-means = De inmediato, nada se abre con esta cuenta: ni páginas ni programas de correo. Su correo se conserva. Puede activarla otra vez.
office-account-on = Activar otra vez
office-account-on-title = Activar otra vez a { $name }
office-account-on-means = La contraseña, el segundo paso y las contraseñas de aplicación funcionan como antes.
office-account-factor = Segundo paso
office-account-has-factor = Preparado
office-account-no-factor = Segundo paso sin preparar
office-account-no-apps = Ninguna
office-account-revoke = Quitar contraseñas de aplicación
office-account-staff = Sus propios mensajes
office-staff-inherit = Como lo ha fijado la clínica
office-staff-hold = Esperan a un médico
office-staff-send = Salen de inmediato
office-account-writes = En nombre de quién puede escribir
office-account-writes-all = Todos los médicos
office-account-writes-hint = Si no marca a nadie: todos los médicos.
office-deputies = Suplentes
office-deputies-change = Cambiar suplentes
office-deputy-title = Suplentes de { $name }
office-deputy-means = Un suplente puede autorizar mensajes en nombre de este médico mientras está fuera.
office-deputy-who = Quién suple
office-deputy-nobody = Nadie: quitar a todos
office-deputy-none = Ninguno
office-deputy-until = Hasta el final del
office-deputy-proof = Para nombrar a un suplente: su propia contraseña y un código.
office-deputy-to = hasta { $moment }
office-deputy-day = Por favor, indique un día desde hoy y dentro de un año.
office-deputy-set = El suplente ya puede autorizar.
office-deputy-ended = Ya no suple nadie.
office-reset = Restablecer el segundo paso
office-reset-title = Restablecer el segundo paso de { $name }
office-reset-means = Para un teléfono perdido. Todas sus páginas se cierran, la aplicación y los códigos de recuperación ya no valen, y quien entre después con la contraseña prepara un teléfono nuevo. Asegúrese de que solo esa persona sabe la contraseña.
office-reset-proof = Para saber que es usted, escriba su propia contraseña y un código.
office-factor-gone = El segundo paso está restablecido. Preparará un teléfono nuevo la próxima vez que entre.
office-revoke-title = Quitar una contraseña de aplicación de { $name }

# Audit.
office-audit-text = Lo que pasó, lo más reciente primero. Mensajes y pacientes aparecen solo por su número. También queda anotado que usted lo lee.
office-audit-filter = Mostrar solo una parte
office-audit-account = Cuenta
office-audit-everybody = Todos
office-audit-kind = Qué pasó
office-audit-everything = Todo
office-audit-day = Día
office-audit-show = Mostrar
office-audit-none = Aquí no se encontró nada así.
office-audit-failed = falló
office-audit-network = desde la red { $network }
office-audit-older = Anteriores
office-audit-all = Mostrar todo
office-who-gateway = La pasarela
office-who-visitor = Alguien con un enlace
office-who-recipient = Un destinatario
office-who-operator = Quien administra la máquina (usuario { $id })
office-who-unknown = Alguien desconocido
office-event-sign-in = Acceso
office-event-sign-out = Salida
office-event-submit = Mensaje aceptado
office-event-route = Vía de un mensaje elegida
office-event-notice = Aviso enviado
office-event-code-request = Código pedido
office-event-code-try = Código probado
office-event-lock = Bloqueo tras intentos fallidos
office-event-open = Mensaje abierto
office-event-download = Archivo descargado
office-event-reply = El paciente contestó
office-event-ask-again = El paciente pidió otra vez un mensaje
office-event-expiry = Plazo de un mensaje terminado o cambiado
office-event-recall = Mensaje retirado
office-event-purge = Contenido destruido
office-event-key = Clave creada o destruida
office-event-account = Cuenta cambiada
office-event-disclose = Datos de personas consultados
office-event-queue = Cola cambiada a mano
office-event-configuration = Configuración leída de nuevo
office-event-store = Mantenimiento del almacén
office-event-task = Tarea cerrada
office-event-hold = Mensaje retenido o devuelto
office-event-release = Mensaje autorizado
office-event-break-glass = Acceso de emergencia
office-event-contact = Contacto cambiado
office-event-draft = Mensaje sin terminar
office-event-export = Archivo guardado en el expediente, o registro extraído
office-import-added =
    { $n ->
        [one] Se agregó { $n } contacto.
       *[other] Se agregaron { $n } contactos.
    }
office-import-changed =
    { $n ->
        [one] Cambió { $n }.
       *[other] Cambiaron { $n }.
    }
# What a file would do, before anybody says so.
office-import-would-add =
    { $n ->
        [one] Se agregaría { $n } contacto.
       *[other] Se agregarían { $n } contactos.
    }
office-import-would-change =
    { $n ->
        [one] Cambiaría { $n }.
       *[other] Cambiarían { $n }.
    }
office-import-sames =
    { $n ->
        [one] { $n } quedaría igual.
       *[other] { $n } quedarían igual.
    }
office-import-refuseds =
    { $n ->
        [one] Se rechaza { $n } línea.
       *[other] Se rechazan { $n } líneas.
    }
office-import-moves =
    { $n ->
        [one] Para { $n } contacto, los mensajes irían a otros correos.
       *[other] Para { $n } contactos, los mensajes irían a otros correos.
    }
office-import-grants =
    { $n ->
        [one] { $n } contacto podría entrar al portal.
       *[other] { $n } contactos podrían entrar al portal.
    }
office-import-ends =
    { $n ->
        [one] { $n } contacto ya no podría entrar al portal.
       *[other] { $n } contactos ya no podrían entrar al portal.
    }

# The fixed words of the audit trail, in small letters: one may follow another.
office-note-added = agregado
office-note-made = creada
office-note-enabled = activada
office-note-disabled = desactivada
office-note-policy-off = correo sin protección salvo que se pida
office-note-policy-inherit = correo protegido como lo decidió la clínica
office-note-policy-secure = correo siempre protegido
office-note-password-set = contraseña nueva
office-note-name = nombre
office-note-staff-hold = sus mensajes esperan a un médico
office-note-staff-send = sus mensajes salen enseguida
office-note-staff-inherit = sus mensajes como lo decidió la clínica
office-note-writes-for = en nombre de quién escribe
office-note-role-staff = ahora es personal
office-note-role-provider = ahora es médico
office-note-role-admin = ahora es administrador
office-note-factor-set = segundo paso configurado
office-note-factor-reset = segundo paso restablecido
office-note-recovery-renewed = códigos de recuperación nuevos
office-note-app-password-made = contraseña de aplicación creada
office-note-app-password-revoked = contraseña de aplicación quitada
office-note-no-deputies = sin suplentes
office-note-changed = cambiado
office-note-imported = traído de un archivo
office-note-addresses = otros correos
office-note-provider = otro médico principal
office-note-granted = acceso al portal permitido
office-note-revoked = acceso al portal quitado
office-note-export = sacado como archivo
office-note-search = búsqueda
office-note-read = lectura
office-note-closed = cerrada
office-note-extended = más tiempo
office-note-reminder = recordatorio
office-note-withdrawn = retirado
office-note-expired = tiempo cumplido
office-note-rejected = devuelto
office-note-retry = otro intento
office-note-drop = descartado
office-note-own = por el médico
office-note-at-staff-screen = en la pantalla de
office-note-deputy = por un suplente
office-note-break-glass = en una emergencia
office-note-move = al moverlo en un programa de correo
office-note-page-password = página de la oficina: contraseña
office-note-page-code = página de la oficina: código
office-note-page-recovery = página de la oficina: código de recuperación
office-note-office = página de la oficina
office-note-sign-in = programa de correo
office-note-phone = teléfono
office-note-computer = computadora
office-note-program = un programa
office-note-unknown = dispositivo desconocido
office-note-accepted = aceptado por el servidor de salida
office-note-portal = por el portal
office-note-local = dentro de la clínica
office-note-clear = sin protección
office-note-unread = no leído antes
office-note-still-unread = se avisó otra vez a la oficina: sigue esperando
office-note-read-before = leído antes
office-note-damaged = dañado
office-note-too-many = demasiados
office-note-locked = cerrado
office-note-resent = enviado dos veces
office-note-no-mailbox = no existe el buzón
office-note-no-domain = no existe el dominio
office-note-mailbox-full = buzón lleno
office-note-refused = rechazado
office-note-gave-up = se dejó de intentar
office-note-accepted-reminder = recordatorio aceptado por el servidor de salida
office-note-undelivered-reminder = recordatorio no entregado
office-note-unwanted-reminder = recordatorio ya innecesario
office-note-came-back = devuelto por el otro servidor
office-note-late-elsewhere = demorado después del servidor de salida
office-note-new-message = mensaje nuevo
office-note-nobody = nadie con este correo
office-note-kept = guardado para después
office-note-kept-late = guardado al terminar la sesión
office-note-thrown-away = descartado
office-note-budget = demasiados códigos incorrectos en total
office-note-portal-password = contraseña del portal
office-note-compacted = espacio de disco recuperado
office-note-rolled-and-destroyed = claves antiguas destruidas

# Another role, a new first password.
office-role-change = Cambiar la función
office-role-title = Función de { $name }
office-role-means = Todas sus páginas y programas de correo se cierran enseguida, y entra de nuevo. Los mensajes que esperan a quien ya no es médico vuelven a tiempo a quienes los escribieron.
office-role-changed = La función se cambió.
office-renewal = Poner una primera contraseña nueva
office-renewal-title = Primera contraseña nueva para { $name }
office-renewal-means = Para una contraseña olvidada. La anterior ya no sirve y todas sus páginas se cierran. Su segundo paso y sus contraseñas de aplicación siguen igual.
office-renewal-do = Ponerla
office-renewal-made = La primera contraseña nueva
office-renewal-made-text = Entréguela en persona, no por correo. Entra con ella y después la cambia en Configuración.
