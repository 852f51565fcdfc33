# Lo que muestra un programa de correo cuando la pasarela le responde. Lo lee la
# recepción en un aviso de error: qué ha pasado y qué hacer.

smtp-ok = De acuerdo.
smtp-bye = Hasta pronto.
smtp-help = Esta es la pasarela de correo seguro de la clínica. Inicie sesión con su dirección de correo y una contraseña de aplicación. Su administrador puede crearle una.
smtp-verify = Aquí no se confirman direcciones. Escriba a la dirección; si el mensaje no se puede entregar, se le avisará.
smtp-tls-ready = Todo listo para iniciar el cifrado.
smtp-sender-ok = Remitente aceptado.
smtp-recipient-ok = Destinatario aceptado.
smtp-chunk-ok = Recibido.
smtp-begin-data = Envíe el mensaje. Termínelo con una línea que contenga solo un punto.
smtp-accepted = El mensaje se ha aceptado.
smtp-signed-in = Ha iniciado sesión.

smtp-sign-in-refused = La dirección de correo o la contraseña de aplicación no es correcta. Revise ambas en la configuración de su programa de correo. Use la contraseña de aplicación creada para este dispositivo, no la de su cuenta.
smtp-sign-in-busy = En este momento hay muchas personas iniciando sesión. Su contraseña no se ha comprobado. Vuelva a intentarlo dentro de un minuto.
smtp-sign-in-slow = Ha habido demasiados intentos fallidos de iniciar sesión. Espere unos minutos, revise la contraseña de aplicación y vuelva a intentarlo.
smtp-sign-in-cancelled = Su programa de correo interrumpió el inicio de sesión. Escriba de nuevo la contraseña de aplicación e inténtelo otra vez.
smtp-sign-in-malformed = Su programa de correo inició la sesión de una forma que no se entiende. Escriba de nuevo la dirección de correo y la contraseña de aplicación.
smtp-sign-in-line-long = Su programa de correo envió una contraseña demasiado larga. Escriba de nuevo la contraseña de aplicación.
smtp-sign-in-mechanism = Esta forma de iniciar sesión no está disponible. En su programa de correo, elija «contraseña normal» como método de autenticación.
smtp-sign-in-twice = Ya ha iniciado sesión.
smtp-sign-in-other = No puede iniciar sesión en nombre de otra cuenta. Use la contraseña de aplicación de la cuenta desde la que quiere enviar.
smtp-account-off = Esta cuenta ya no está en uso y la conexión se ha cerrado. Si es un error, avise a su administrador.

smtp-encrypt-first = La conexión no está cifrada. En la configuración de su programa de correo, elija SSL/TLS con el puerto 465 o STARTTLS con el puerto 587.
smtp-sign-in-first = Primero debe iniciar sesión. En la configuración del servidor de salida de su programa de correo, active la autenticación con su dirección de correo y su contraseña de aplicación.
smtp-hello-first = Su programa de correo omitió el saludo (EHLO). Reinícielo y vuelva a intentarlo.
smtp-mail-twice = Su programa de correo empezó un segundo mensaje antes de terminar el primero. Envíe el mensaje de nuevo.
smtp-mail-first = Su programa de correo no indicó antes el remitente. Envíe el mensaje de nuevo.
smtp-no-recipients = El mensaje no tiene ningún destinatario aceptado. Revise la dirección del campo Para y envíelo de nuevo.
smtp-chunks-begun = Su programa de correo mezcló dos formas de enviar un mensaje. Envíe el mensaje de nuevo.
smtp-tls-twice = La conexión ya está cifrada.
smtp-tls-group = Su programa de correo envió órdenes antes de que la conexión estuviera cifrada. Por su seguridad no se ha usado ninguna. Inténtelo de nuevo; si se repite, avise a su administrador.
smtp-tls-here = Este puerto empieza sin cifrado. En la configuración de su programa de correo, elija STARTTLS para este puerto o SSL/TLS con el puerto 465.

smtp-unknown = La pasarela no conoce esta orden.
smtp-not-here = Esta orden no está disponible aquí.
smtp-argument = Su programa de correo envió una orden incompleta o con datos de más.
smtp-line-long = Su programa de correo envió una orden demasiado larga.
smtp-line-broken = Su programa de correo envió una orden con caracteres no permitidos o con un fin de línea incorrecto.
smtp-http = Esto es un servidor de correo, no una página web. Para leer un mensaje seguro, abra el enlace del aviso que recibió.
smtp-parameter-value = Su programa de correo envió una opción con un valor no permitido.
smtp-parameter = Su programa de correo pidió una opción que no está disponible aquí.
smtp-sender-address = El remitente no es una dirección de correo válida. Revise su propia dirección en la configuración de su programa de correo.
smtp-recipient-address = El destinatario no es una dirección de correo válida. Corríjala y envíe el mensaje de nuevo. Una dirección tiene esta forma: nombre@ejemplo.com.
smtp-no-return = Aquí solo se reciben informes sobre el correo que envió este servidor. Escriba a la persona o al consultorio a su dirección habitual.
smtp-no-relay = Este servidor no reenvía correo. Revise la dirección.
smtp-international = La dirección tiene letras, como acentos, para las que su programa de correo no se preparó. Actualice el programa de correo o use otra dirección de esta persona.
smtp-too-many-recipients = Un mensaje puede tener como máximo { $limit } destinatarios. Envíelo otra vez a los destinatarios que faltan.

smtp-too-large = El mensaje con sus archivos supera los { $limit } MB. Envíe los archivos en varios mensajes o reduzca su tamaño.
smtp-content-bare = El mensaje tiene fines de línea no permitidos y no se ha enviado. Escríbalo de nuevo en su programa de correo. Si lo creó un escáner u otro programa, avise a su administrador.
smtp-content-nul = El mensaje contiene caracteres no permitidos y no se ha enviado. Adjunte esos datos como archivo.
smtp-content-line-long = El mensaje tiene una línea de más de { $limit } caracteres y no se ha enviado. Si lo creó un escáner u otro programa, avise a su administrador.

smtp-errors = Ha habido demasiados errores en esta conexión. Espere un minuto y vuelva a intentarlo.
smtp-commands = Esta conexión se ha usado durante mucho tiempo. Conéctese de nuevo.
smtp-idle = Su programa de correo estuvo demasiado tiempo sin responder y la conexión se ha cerrado. Si un mensaje no se confirmó, no se ha enviado. Envíelo de nuevo.
smtp-slow = El mensaje llegaba con demasiada lentitud, así que la conexión se ha cerrado y el mensaje no se ha enviado. Compruebe su red y envíelo de nuevo.
smtp-closing = La pasarela de correo se está reiniciando. Vuelva a intentarlo dentro de un minuto.
smtp-connections = La pasarela de correo está muy ocupada. Vuelva a intentarlo dentro de un minuto.
smtp-network-connections = Hay demasiadas conexiones desde su red. Cierre los programas de correo que no use y vuelva a intentarlo dentro de un minuto.
smtp-in-flight = La pasarela de correo está recibiendo muchos mensajes grandes. Este mensaje no se ha enviado. Vuelva a intentarlo dentro de un minuto.
smtp-account-in-flight = Su cuenta está enviando varios mensajes grandes a la vez. Este mensaje no se ha enviado. Espere a que salgan los demás y envíelo de nuevo.
smtp-fault = La pasarela de correo no pudo recibir el mensaje por un fallo propio. No se ha enviado. Vuelva a intentarlo dentro de unos minutos; si se repite, avise a su administrador.
