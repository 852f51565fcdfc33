# Why a message was not taken. These stand in the mail client's error box,
# so each says what happened and what to do next.
refuse-admin = Esta cuenta administra el servidor y no puede enviar correo. Entre con la cuenta de un profesional o de la oficina.
refuse-from = Usted entró como { $allowed }, así que el remitente debe ser { $allowed }. Elija esa dirección en De y envíe de nuevo.
refuse-disabled = Esta cuenta se ha desactivado, así que el mensaje no se envió. Consulte a su administrador.
refuse-sender = Usted inició sesión como { $allowed }, pero el mensaje nombra a otra persona en Sender. Envíelo de nuevo desde { $allowed }.
refuse-staff = Un mensaje a alguien de fuera sale en nombre de un profesional. Elija la dirección del profesional en De y envíe de nuevo; esperará hasta que ese profesional lo autorice.
refuse-staff-for = Un mensaje a alguien de fuera sale en nombre de un profesional. Elija una de estas direcciones en De y envíe de nuevo; esperará hasta que ese profesional lo autorice: { $providers }.
refuse-writes-for = Usted no escribe para { $provider }. Elija un profesional para el que escriba, o consulte a su administrador.
refuse-many-holds = Usted tiene { $limit } mensajes que esperan la autorización de un profesional. Pida que se autoricen o se devuelvan algunos y envíe de nuevo.
refuse-automatic = Este es un mensaje automático o una confirmación de lectura, y esos no se envían a los pacientes. Desactive las respuestas automáticas y las confirmaciones de lectura en su programa de correo.
refuse-no-subject = El asunto está vacío. Escriba un asunto y envíe de nuevo.
refuse-no-text = El mensaje no tiene texto. Escriba unas palabras en el mensaje y envíe de nuevo.
refuse-switched-off = La cuenta { $address } de su clínica se ha desactivado. Quite esta dirección, o elija a un colega, y envíe de nuevo.
refuse-unlisted = { $address } no está en la lista de contactos de su clínica, así que el mensaje no se envió. Compruebe la dirección, o añada a la persona a los contactos, y envíelo de nuevo.
refuse-expires = No se puede leer el campo X-Sealpost-Expires. Escriba un número y una unidad, por ejemplo 36h para horas o 14d para días, de 1h a 365d.
refuse-copy = Un mensaje seguro va directamente a un paciente. Pase la dirección del paciente de Cc o Cco a Para y envíe de nuevo.
refuse-several = Este mensaje es para varias personas de fuera de la clínica. Un mensaje seguro va a un paciente cada vez. Envíelo a cada persona por separado.
refuse-new-recipients = Su cuenta ha escrito a muchas direcciones nuevas en la última hora, así que este mensaje no se envió. Inténtelo más tarde o consulte a su administrador.
refuse-header-size = El mensaje nombra a demasiadas personas o es parte de una conversación demasiado larga. Escriba un mensaje nuevo.
refuse-header-line = El mensaje se dañó antes de llegar aquí, así que no se envió (línea { $line } de su encabezado). Escríbalo de nuevo como mensaje nuevo. Si vuelve a ocurrir, avise a su administrador.
refuse-header-twice = El mensaje contiene { $field } más de una vez, así que no se envió. Escríbalo de nuevo como mensaje nuevo.
refuse-header-missing = El mensaje no dice de quién es (falta { $field }), así que no se envió. Elija su dirección en De y envíelo de nuevo.
refuse-header-address = { $field ->
    [From] El campo De debe contener una sola dirección de correo, la suya. Corríjalo y envíe el mensaje de nuevo.
   *[other] Algo en { $field } no es una dirección de correo. Corríjalo y envíe el mensaje de nuevo.
}
refuse-too-complex = El mensaje tiene demasiadas partes para leerlo con seguridad. Envíe los archivos en un .zip o en varios mensajes.
refuse-no-space = El servidor de correo seguro no tiene espacio. No se perdió nada. Inténtelo más tarde y avise a su administrador.
refuse-store = El servidor de correo seguro no pudo guardar el mensaje. No se envió nada. Inténtelo de nuevo en unos minutos.
accepted = Aceptado. Referencia { $reference }.
held = Retenido hasta que lo autorice { $provider } (ref. { $reference }).
