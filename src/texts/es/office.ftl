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
office-code-label = Código de 6 cifras
office-code-wrong = Este código no funcionó. Espere al siguiente en su aplicación y escríbalo.
office-code-empty = Por favor, escriba las 6 cifras que su aplicación muestra ahora.
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
office-today-empty = Nada le espera
office-today-empty-hint = Aquí verá las respuestas nuevas, los mensajes por liberar y a quién conviene llamar.
office-admin-empty = Aquí no hay correo
office-admin-empty-hint = Su cuenta administra el servidor. Solo quienes escriben a los pacientes ven su correo.
office-gaps-title =
    { $n ->
        [one] La configuración no está terminada: falta { $n } cosa
       *[other] La configuración no está terminada: faltan { $n } cosas
    }
office-gaps-tell = Por favor, avise a quien administra este servidor. Puede verlo con “sealpost check”, o aquí con su propia cuenta.
office-asked-title =
    { $n ->
        [one] { $n } paciente pide de nuevo un mensaje
       *[other] { $n } pacientes piden de nuevo un mensaje
    }
office-asked-text = Ya no pudieron abrirlo. Envíelo de nuevo, o márquelo como hecho si ya llamó.
office-no-subject = Mensaje sin asunto
office-gone-subject = El mensaje ya no se conserva
# $moment is "today, 9:41 AM" or "18 November".
office-written = Enviado: { $moment }
office-asked-at = Pedido: { $moment }
office-stands-open = Se puede leer de nuevo
office-stands-expired = Su plazo terminó
office-stands-locked = Cerrado tras demasiados códigos erróneos
office-stands-withdrawn = Usted lo retiró
office-stands-destroyed = Ya no se conserva

# Today, more.
office-replies-title =
    { $n ->
        [one] { $n } respuesta nueva
       *[other] { $n } respuestas nuevas
    }
office-shared = Buzón compartido
office-waits-title =
    { $n ->
        [one] { $n } mensaje espera ser liberado
       *[other] { $n } mensajes esperan ser liberados
    }
# $name is a person of the clinic.
office-waits-mine = Para que usted lo libere, escrito por { $name }
office-waits-deputy = Para que usted lo libere como suplente, escrito por { $name }
office-waits-written = Usted lo escribió, { $name } lo libera
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
office-task-done = Hecho

# What was done, at the top of a page.
office-done-again = Un aviso nuevo está en camino.
office-done-closed = Cerrado. La respuesta quedó marcada como leída.
office-done-finished = Marcado como hecho.
office-done-held = El mensaje está guardado. Falta que lo liberen.
office-done-sent = Enviado. El mensaje está en camino.
office-done-recalled = Retirado. Ya nadie puede abrirlo.
office-done-released = Liberado. El mensaje está en camino.
office-done-returned = Devuelto. Quien lo escribió lo tiene en Borradores, con su motivo.
office-done-withdrawn = Retirado. El mensaje está en sus Borradores.
office-done-gone = Ya no espera: se liberó o se devolvió hace un momento.
office-done-not = No se cambió nada. Alguien se adelantó, o el día no se puede usar. Por favor, mire el estado más abajo.

# A message.
office-message = Mensaje
office-message-empty = Este mensaje no tiene texto.
office-file-unnamed = Archivo sin nombre
office-somebody = Alguien cuya dirección ya no se conserva
office-from = De: { $name }
office-to = Para: { $name }
office-regarding = Sobre: { $name }
office-content-title = Lo que lee el paciente
office-notice-title = El aviso, tal como se envió
office-notice-none = No se envió ningún aviso.
office-recipients-title = Qué ha pasado con él
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
office-waiting = Este mensaje espera que { $name } lo libere, hasta: { $moment }.
office-waiting-look = Verlo
office-way-portal = Protegido: un aviso con un enlace
office-way-clear = Correo común, sin proteger
office-way-local = Un buzón de la clínica
office-way-open = Aún sin decidir
# $moment is "today, 9:41 AM" or "18 November".
office-state-held = Por liberar desde: { $moment }
office-state-queued = Por enviar desde: { $moment }
office-state-noticed = Aviso enviado: { $moment }
office-state-bounced = El aviso no se pudo entregar ({ $moment }).
office-state-unopened = Aún no se ha abierto.
office-state-opened = Abierto: { $moment }
office-state-downloaded = Archivos descargados: { $moment }
office-state-replied = Respondido: { $moment }
office-state-expired = Su plazo terminó: { $moment }
office-state-expired-unopened = Su plazo terminó: { $moment }. No se abrió.
office-state-recalled = Retirado: { $moment }
office-state-relayed = Entregado al servicio de correo: { $moment }
office-state-delivered = En el buzón desde: { $moment }
office-state-failed = No se pudo entregar ({ $moment }).
office-state-until = Se puede leer hasta: { $moment }

# What is done with a message.
office-close = Cerrar sin responder
office-close-text = Si no hace falta responder, ciérrelo. Queda marcado como leído, también en su programa de correo.
office-again-title = Enviarlo de nuevo
office-again-text = Se envía un aviso nuevo con un enlace nuevo. El mensaje se puede leer durante el plazo habitual desde hoy.
office-again = Enviar de nuevo
office-until-label = Se puede leer hasta
office-until-hint = Déjelo vacío para el plazo habitual.
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
office-glass-record = Como profesional puede abrirlo con un motivo. Su nombre, la hora y el motivo quedan registrados para siempre.
office-glass-do = Abrir el mensaje
office-glass-open = Usted lo abrió en una emergencia
office-glass-open-text = Está abierto hasta que usted salga. Su nombre y su motivo están registrados.
office-reason-label = Motivo
# $least and $most are numbers.
office-reason-wrong = Por favor, dé un motivo de { $least } a { $most } caracteres.

# Release.
office-release-title = Liberar un mensaje
office-release-who = { $writer } escribió esto en nombre de { $name }.
office-release-until = Queda en espera hasta: { $moment }. Después regresa a Borradores.
office-goes-title = Quién lo recibe, y cómo
office-note-off = Esta cuenta fue desactivada. No se puede liberar nada hasta que se elija a otra persona.
office-note-clear = Sale sin proteger. Otros pueden leerlo en el camino.
office-note-unlisted = No está en su directorio. Por favor, revise la dirección.
office-note-blind = Va en copia oculta: los demás destinatarios no ven esta dirección.
office-release-own = Liberarlo
office-release-own-text = Su contraseña y un código de su app muestran que es usted.
office-release-here = { $name } lo libera aquí
office-release-here-text = El profesional escribe su propia contraseña y un código, solo para este mensaje. Usted sigue en su sesión; nadie más entra.
office-release-emergency = Liberarlo en una emergencia
office-release-emergency-text = Lleva el nombre de { $name }. Si no se puede localizar a esa persona, usted puede liberarlo con un motivo. Su nombre y el motivo quedan registrados para siempre.
office-release-do = Liberar y enviar
office-proof-wrong = La contraseña o el código no funcionó. No se envió nada. Espere al próximo código e inténtelo de nuevo.
office-proof-empty = Por favor, escriba la contraseña y los 6 dígitos de la app. No se envió nada.
office-release-changed = Este no es el mensaje que se mostró. No se envió nada. Léalo de nuevo y después libérelo.
office-release-theirs = Lleva el nombre de { $name }, que debe liberarlo. No se envió nada.
office-release-off = La cuenta del profesional o de un destinatario fue desactivada. No se envió nada. Por favor, devuelva el mensaje.
office-release-damaged = El mensaje guardado no es el que se escribió. No se envió nada. Por favor, avise a quien administra este servidor.
office-reject-title = Devolverlo a { $name }
office-reject-label = Qué debe cambiarse
office-reject-hint = Quien lo escribió recibe estas palabras y el mensaje como borrador.
office-reject-do = Devolverlo
office-words-wrong = Por favor, escriba qué debe cambiarse, hasta { $most } caracteres.
office-withdraw-text = ¿Quiere cambiarlo? Retírelo y estará en sus Borradores.
office-withdraw-do = Retirarlo a Borradores

# Help.
office-help-title = Ayuda para la oficina
office-help-phone = Perdí mi teléfono
office-help-phone-text = Escriba su contraseña, elija “No tengo mi teléfono” y use uno de sus códigos de recuperación. Si no tiene ninguno, pida a quien administra este servidor que restablezca su segundo paso. En la próxima entrada preparará un teléfono nuevo.
office-help-password = Olvidé mi contraseña
office-help-password-text = Pida a quien administra este servidor que ponga una nueva. Nadie puede leer la anterior.
office-help-wrong = Mi código no funciona
office-help-wrong-text = Cada código sirve una vez y durante un minuto aproximadamente. Espere al siguiente. Si ninguno funciona, ponga la hora de su teléfono en automático.
office-help-closed = Mi página se cerró sola
office-help-closed-text = Tras 30 minutos sin pulsar nada las páginas se cierran, y a las 12 horas en todo caso. También se cierran cuando cambia su contraseña, su función o su segundo paso.

# One thing to say.
office-locked-title = Sus páginas están cerradas
office-locked-text = No se pulsó nada durante un rato, o algo cambió en su cuenta. Por favor, entre de nuevo.
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
office-room-text = El disco de este servidor está casi lleno y no se cambió nada. Por favor, avise a quien lo administra.
office-busy-title = Demasiadas entradas a la vez
office-busy-text = Por favor, inténtelo de nuevo en un momento.
office-slow-title = Esto tardó demasiado
office-slow-text = Por favor, inténtelo de nuevo. Si vuelve a ocurrir, avise a quien administra este servidor.
office-malformed-title = No pudimos leer eso
office-malformed-text = Por favor, vuelva atrás e inténtelo de nuevo.
office-fault-title = Algo falló de nuestro lado
office-fault-text = Por favor, inténtelo de nuevo. Si vuelve a ocurrir, diga la referencia de abajo a quien administra este servidor.
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
office-find-hint = Por ejemplo, «Jane Doe» o «1980-01-31». Basta con el comienzo de una palabra.
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
# $date es "1980-01-31".
office-born = nacimiento: { $date }
office-write-from = De
office-write-from-hint = Un mensaje en nombre de otra persona espera hasta que esa persona lo libere.
# En una lista de nombres. $name es "Dr. Ana Ruiz".
office-write-waits = { $name } (queda por liberar)
office-write-to = Para
office-write-to-hint = Varias personas leen en la misma dirección. Elija de quién trata el mensaje.
office-choose = Elija
office-write-subject = Asunto
office-write-kept = Adjuntar archivos de este paciente
office-preview = Ver
office-write-files = Agregar archivos de esta computadora
office-write-send = Enviar
office-write-no-subject = Escriba un asunto.
office-write-long-subject = El asunto tiene más de { $n } caracteres. Acórtelo.
office-write-no-text = Escriba unas palabras.
office-write-long-text = El texto tiene más de { $n } caracteres. Acórtelo o envíelo como archivo.
office-write-no-from = Elija de quién es el mensaje.
office-write-no-to = Elija para quién es el mensaje.
office-write-no-pick = Uno de los archivos marcados ya no está. Elija de nuevo.
