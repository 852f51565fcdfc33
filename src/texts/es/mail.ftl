# Mails. Nothing of a message stands in a notice, a code mail or an alert.

# The notice of a message.
notice-subject = Nuevo mensaje seguro
notice-title = Tiene un mensaje seguro
notice-from-clinic = { $clinic } le envió un mensaje seguro.
notice-from-sender = { $sender }, de { $clinic }, le envió un mensaje seguro.
notice-button = Leer el mensaje
# Above the link in the text part.
notice-open = Léalo aquí:
# Under the button, above the link.
notice-open-plain = Si el botón no funciona, abra esta dirección:
notice-until = Puede leerlo hasta el { $expires }.
notice-code = Para confirmar que es usted, le enviaremos un código a esta misma dirección cuando abra el mensaje.
notice-doubt = ¿Duda de que este correo electrónico sea nuestro? Llame a la clínica al número que usted ya tiene, por ejemplo el de su tarjeta de citas.
notice-never = Nunca le pediremos un número de tarjeta de crédito ni su número de Seguro Social, y nunca una contraseña por correo o por teléfono.
# One line at the end of a notice in another language.
notice-second = { $clinic } le envió un mensaje seguro. El enlace de arriba lo abre, también en español.

# The reminder of a message that has not been read; the rest of it is the notice's.
reminder-subject = Le espera un mensaje seguro
reminder-title = Todavía no ha leído su mensaje seguro
reminder-from-clinic = { $clinic } le envió un mensaje seguro que todavía no se ha leído.
reminder-from-sender = { $sender }, de { $clinic }, le envió un mensaje seguro que todavía no se ha leído.

# The mail with a code. The code comes first. No other number of six digits, no
# link and no telephone number may stand here.
code-title = Su código
code-first = { $code } es su código para el mensaje seguro de { $clinic }.
code-first-portal = { $code } es su código para entrar a los mensajes de { $clinic }.
# $reference is four letters that the page shows too. $mark is a letter that
# makes each subject another one.
code-subject = Su código, referencia { $reference } ({ $mark })
code-reference = Escríbalo en la página que muestra las mismas letras: { $reference }.
code-lasts =
    { $minutes ->
        [one] El código sirve una sola vez, durante { $minutes } minuto.
       *[other] El código sirve una sola vez, durante { $minutes } minutos.
    }
code-ignore = Si usted no pidió un código, no haga caso de este correo electrónico. Nadie puede abrir su mensaje sin el código.
code-ignore-portal = Si usted no pidió un código, ignore este mensaje. Nadie puede entrar sin el código.
code-never = No le dé el código a nadie. Nunca se lo pediremos por teléfono ni por correo electrónico.

# The alert to an outside address of the office.
alert-subject = Hay algo que leer en el buzón seguro
alert-came =
    { $count ->
        [one] Hay algo nuevo en el buzón seguro.
       *[other] Hay { $count } novedades en el buzón seguro.
    }
# Nobody has answered what came, or marked it as read: whether somebody has looked at it
# is not known. $mailboxes are addresses of the office.
alert-unread-subject = Algo sigue esperando en el buzón seguro
alert-unread =
    { $hours ->
        [one] Algo en el buzón seguro lleva esperando al menos { $hours } hora.
       *[other] Algo en el buzón seguro lleva esperando al menos { $hours } horas.
    }
alert-unread-in = Está en el buzón de { $mailboxes }. Nadie allí lo ha respondido ni lo ha marcado como leído.
alert-unread-shared = Está en el buzón compartido de la oficina. Nadie lo ha respondido ni lo ha marcado como leído.
# All accounts that got it are switched off, be it one or several.
alert-unread-off = Ninguna cuenta que lo recibió sigue activa. Busque a alguien que responda al paciente.
alert-read = Para leerlo, abra el programa de correo de la oficina. Este correo no contiene nada del mensaje.

# Reports to the sender of a message, in the sender's own mailbox.
report-subject-failed = Un mensaje seguro no se entregó
report-subject-delayed = Un mensaje seguro se retrasa
report-subject-delivered = Un mensaje se entregó
report-subject-relayed = Un mensaje salió hacia su destino
report-subject-noticed = El aviso de un mensaje seguro salió hacia su destino
# $why is one of the clauses below.
report-failed = Su mensaje seguro para { $recipient } no se entregó: { $why }.
report-why-no-mailbox = ese buzón no existe
report-why-no-domain = la parte de la dirección que sigue a la @ no existe o no recibe correo
report-why-full = ese buzón está lleno
report-why-refused = el otro servicio de correo lo rechazó
report-why-timed-out = no fue posible comunicarse a tiempo con el otro servicio de correo
report-why-dropped = alguien de su oficina lo retiró de la cola
report-why-no-route = las reglas de su oficina no permiten ninguna vía segura hacia esa dirección
report-do-address = Revise la dirección en el expediente del paciente y envíe el mensaje de nuevo.
report-do-call = Llame al destinatario o envíe el mensaje de nuevo más tarde.
report-do-later = Envíe el mensaje de nuevo más tarde o llame al destinatario.
report-do-office = Consulte a la persona que administra este servicio en su oficina.
report-delayed = Su mensaje seguro para { $recipient } todavía no se ha entregado.
report-delayed-until = No tiene que hacer nada: seguiremos intentándolo hasta el { $until }. Si es urgente, llame al destinatario.
# The three that tell of a success come only where the mail program asked for them.
report-delivered = Su mensaje para { $recipient } está en el buzón.
report-delivered-then = Su programa de correo pidió este informe. No tiene que hacer nada.
report-relayed = El siguiente servicio de correo recibió su mensaje para { $recipient }.
report-relayed-then = Ese servicio no avisa cuando el mensaje llega. Si no es posible entregarlo, se le informará.
report-noticed = El siguiente servicio de correo recibió el aviso de su mensaje seguro para { $recipient }.
report-noticed-then = El mensaje espera detrás del enlace del aviso. Este informe no dice si alguien lo leyó.
# "It was read", where the writer asked for it. It lies in the writer's own mailbox.
receipt-subject = Alguien abrió un mensaje
receipt-opened = Su mensaje seguro para { $recipient } se abrió el { $opened }.
receipt-means = Quien lo abrió tenía el código que llegó a ese buzón. Este informe no dice quién fue ni si entendió el mensaje.
# To the writer, in the mailbox here: the time of a message is over, and it was not read.
unread-subject = Un mensaje no se leyó a tiempo
unread-said = { $recipient } no ha abierto el mensaje seguro que usted envió el { $accepted }. Su plazo terminó el { $ended } y el enlace del aviso ya no lo abre.
unread-page = Si es urgente, llame al destinatario. Puede escribirlo de nuevo, o permitir que aún se lea: prolónguelo en su página y se envía un nuevo aviso. { $page }
unread-then = Para que aún se pueda leer, pida a la persona que administra la pasarela en su consultorio que prolongue el mensaje { $reference }; entonces se envía un nuevo aviso. También puede escribirlo de nuevo. Si es urgente, llame al destinatario.
report-relay-said = Respuesta del servicio de correo:
report-headers-only = A continuación va el encabezado de su mensaje. Lo que usted escribió no se repite aquí.

# A report that leaves by the relay: a time and a reference, nothing else.
outside-failed = El mensaje aceptado el { $accepted } no se entregó. Su referencia es { $reference }.
outside-delayed = El mensaje aceptado el { $accepted } todavía no se ha entregado. Seguimos intentándolo. Su referencia es { $reference }.
outside-delivered = El mensaje aceptado el { $accepted } se entregó. Su referencia es { $reference }.
outside-relayed = El siguiente servicio de correo recibió el mensaje aceptado el { $accepted }. Su referencia es { $reference }.
outside-noticed = El siguiente servicio de correo recibió el aviso del mensaje aceptado el { $accepted }. Su referencia es { $reference }.
outside-look = Encontrará los detalles en su buzón del servicio de correo seguro, o pregunte a la persona que lo administra.

# Letters about a message that waits for a provider's release. They are read in the
# mailbox here, and say nothing of what it says.
hold-waits-subject = Un mensaje espera su autorización
hold-waits = { $writer } ha escrito un mensaje en nombre de usted. Está en su carpeta "Awaiting release". Su referencia es { $reference }.
hold-waits-page = Léalo y autorícelo, o devuélvalo, aquí: { $page }
hold-waits-then = Si nadie lo autoriza antes de { $until }, vuelve a { $writer }.
hold-waits-move = También puede moverlo de ahí a la carpeta "Release". Entonces sale enseguida.
hold-rejected-subject = Un mensaje le fue devuelto
hold-rejected = { $provider } no ha autorizado el mensaje { $reference }. No se envió, y está en su carpeta de borradores. El motivo:
hold-subject = Su asunto: { $subject }.
hold-again = Puede cambiarlo y enviarlo de nuevo. Entonces vuelve a esperar la autorización.
hold-withdrawn-subject = Un mensaje ya no espera autorización
hold-withdrawn = Su administrador ha retirado el mensaje { $reference }. No se envió, y está en su carpeta de borradores.
hold-expired-subject = Un mensaje no se autorizó a tiempo
hold-expired = { $provider } no autorizó a tiempo el mensaje { $reference }. No se envió, y está en su carpeta de borradores.
hold-expired-provider = El mensaje { $reference }, que { $writer } escribió en nombre de usted, no se autorizó a tiempo. No se envió, y volvió a { $writer }.
