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
office-today-empty-hint = Cuando un paciente pida que se le envíe de nuevo un mensaje, aparecerá aquí.
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
office-asked-text = Ya no pudieron abrirlo. Escríbales otra vez, o pida a quien administra este servidor que dé más tiempo al mensaje.
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
