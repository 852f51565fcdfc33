# Las páginas que ve quien recibe un mensaje. Palabras sencillas; "código",
# "archivo", "respuesta"; siempre de usted.
# $clinic es el nombre de la clínica tal como ella lo escribe.

# Marco.
portal-skip = Ir al contenido
portal-tabs = Sus mensajes
portal-inbox = Recibidos
portal-sent = Enviados
portal-files = Archivos
portal-sign-out = Salir
portal-signed-in-as = Usted entró como
portal-help = Ayuda
portal-questions = ¿Tiene preguntas? Llame a { $clinic }:
portal-questions-no-phone = ¿Tiene preguntas? Llame a { $clinic } al número que ya conoce.
portal-never-ask = Nunca le pediremos un número de tarjeta de crédito ni su número de Seguro Social, y nunca una contraseña por correo o por teléfono.
portal-error-prefix = Revise esto:

# Primera página de un mensaje.
portal-landing-title = Tiene un mensaje seguro
portal-landing-to = { $clinic } le envió un mensaje a su correo electrónico, { $address }.
portal-landing-until = Puede leerlo hasta el { $moment }.
portal-landing-why = Para confirmar que es usted, enviaremos un código de 6 dígitos a { $address }.
portal-send-code = Enviarme un código
portal-have-code = Ya tengo un código

# Página del código.
portal-code-title = Escriba el código de su correo electrónico
portal-code-refused-title = El código no se envió
portal-code-to = Lo enviamos a { $address }.
portal-code-will-go = Lo enviaremos a { $address }.
portal-code-reference = Su correo electrónico muestra las letras { $reference }. Con eso sabe que es el código correcto.
portal-code-none-asked = Los códigos se envían a { $address }. Si ya tiene uno, escríbalo aquí. Si no, pida uno más abajo.
portal-code-label = Código de 6 dígitos
portal-private = Mantener mi sesión abierta en este dispositivo
portal-private-hint = Solo en un teléfono o una computadora que nadie más use.
portal-open-message = Abrir mi mensaje
portal-new-code = Enviar un código nuevo
portal-look-again = Ver si ya salió
portal-code-waiting = Estamos enviando el código. Tarda unos segundos.
portal-code-handed = El código salió a esta hora: { $time }. Suele llegar en menos de un minuto. Mire también en la carpeta de correo no deseado (spam).
portal-code-deferred = El código todavía no ha salido. Lo intentaremos de nuevo a esta hora: { $time }.
portal-code-refused = No pudimos enviarle el código. Pida uno nuevo en unos minutos o llame a { $clinic }.
portal-code-valid = El código sirve hasta esta hora: { $time }.
portal-code-over = El último código ya no sirve. Pida uno nuevo.
portal-code-joined = Usted pidió un código hace un momento. Podrá pedir otro después de medio minuto.
portal-code-many = Enviamos varios códigos en poco tiempo. Podrá pedir otro dentro de { $wait }: { $time }. Es posible que el último código todavía llegue.
portal-code-later = Podrá pedir un código nuevo dentro de { $wait }: { $time }.
portal-code-empty = Escriba el código de 6 dígitos que está en el correo electrónico.
portal-code-wrong =
    { $n ->
        [0] Este código no funcionó. Pida un código nuevo.
        [one] Este código no funcionó. Use el código del correo más reciente. Le queda { $n } intento.
       *[other] Este código no funcionó. Use el código del correo más reciente. Le quedan { $n } intentos.
    }
portal-code-wait = Varios códigos no funcionaron. Espere { $wait } e inténtelo de nuevo.
portal-code-wait-until = Varios códigos no funcionaron. Espere { $wait } e inténtelo de nuevo a esta hora: { $time }.
portal-code-wait-title = Espere un poco
portal-problem = Revise esto

# Recibidos, Enviados, Archivos.
portal-inbox-title = Mensajes de { $clinic }
portal-inbox-empty = Todavía no hay mensajes
portal-inbox-empty-hint = Cuando { $clinic } le escriba, el mensaje estará aquí.
portal-sent-title = Lo que usted escribió a { $clinic }
portal-sent-empty = Todavía no hay nada enviado
portal-sent-empty-hint = Lo que usted escriba a la oficina estará aquí.
portal-files-title = Todos los archivos
portal-files-empty = Todavía no hay archivos
portal-files-empty-hint = Los archivos de sus mensajes y respuestas estarán aquí.
portal-new = Nuevo
portal-answered = respondido
portal-gone-subject = Mensaje que ya no está disponible
portal-no-subject = Mensaje sin asunto
portal-older = Mensajes anteriores
# $left es "quedan 7 días".
portal-left = { $left } para leerlo
portal-files-count =
    { $n ->
        [one] { $n } archivo
       *[other] { $n } archivos
    }
portal-from = De: { $name }
portal-from-you = De: usted
portal-to = Para: { $name }
portal-about = Sobre: { $name }
portal-arrived = Llegó a la oficina: { $moment }
portal-download = Descargar
portal-file-unnamed = Archivo sin nombre

# Un mensaje.
portal-message = Mensaje
portal-all-messages = ← Todos los mensajes
portal-all-sent = ← Todo lo enviado
portal-until = Puede leerlo hasta el { $moment }: { $left }.
portal-verified = Remitente comprobado: este mensaje viene de { $clinic }.
portal-answered-on = Usted respondió: { $moment }
portal-message-empty = Este mensaje no tiene texto.
portal-message-alone = Abrir solo el mensaje, para leerlo o imprimirlo
portal-reply = Responder
portal-print = Imprimir
portal-print-elsewhere = Este mensaje tiene su propia página para imprimir. Para abrirla, presione «Imprimir» debajo del mensaje.
portal-print-how = Para imprimir esta página o guardarla como PDF, use Imprimir en el menú de su navegador. En un teléfono está en Compartir.
portal-print-from = De
portal-print-to = Para
portal-print-date = Fecha
portal-print-about = Sobre
portal-download-all = Descargar todos los archivos (.zip)
portal-download-message = Descargar mensaje (.eml)
portal-draft-waits = Guardamos la respuesta que estaba escribiendo.
portal-draft-go-on = Seguir escribiendo

# Una respuesta.
portal-reply-title = Responder a { $clinic }
portal-reply-about = Asunto: { $subject }
portal-back-to-message = ← Volver al mensaje
portal-reply-text = Su respuesta
portal-reply-urgent = ¿Es urgente? No escriba aquí: llame a { $clinic }. En una emergencia, llame al 911.
portal-reply-files = Agregar archivos, si lo desea
portal-reply-limits = Puede elegir varios archivos: cada uno de hasta { $file }, y hasta { $all } entre todos.
portal-reply-kinds = Tipos de archivo que aceptamos: { $kinds }.
portal-reply-photos = fotos
portal-reply-documents = documentos
portal-reply-texts = archivos de texto
portal-reply-send = Enviar mi respuesta
portal-choose-again = Su texto sigue aquí. Solo faltan los archivos, porque el navegador no los guarda. Elija de nuevo todos los que quiera enviar.
# Al lado del botón que elige archivos.
portal-files-again = Ahora no hay ningún archivo elegido. Elija todos de nuevo.
portal-reply-empty = Escriba unas palabras o agregue un archivo.
portal-reply-long = Su texto tiene más de { $n } caracteres. Acórtelo o envíelo como archivo.
portal-reply-large-file = «{ $name }» pesa más de { $limit }. Elija un archivo más pequeño.
portal-reply-large = «{ $name }» no cabe: entre todos sus archivos pueden pesar hasta { $limit }. Envíelo en un segundo mensaje.
portal-reply-many = «{ $name }» ya no cabe: aceptamos hasta { $n } archivos a la vez. Envíe los demás en un segundo mensaje.
portal-reply-kind = No podemos aceptar «{ $name }»: no es uno de los tipos de archivo de la lista. Elija otro archivo.
portal-reply-empty-file = «{ $name }» está vacío. Elija otro archivo.
portal-reply-mismatch = «{ $name }» no contiene lo que dice su nombre. Guarde el archivo de nuevo o elija otro.
portal-reply-pixels = La imagen «{ $name }» tiene más de { $n } millones de píxeles. Guárdela en un tamaño menor o elija otro archivo.
portal-reply-unpacked = «{ $name }» contiene más de lo que podemos aceptar: { $limit } al abrirlo, o { $n } partes. Guárdelo como PDF y envíe ese archivo.
portal-reply-unclear = No podemos saber cuánto ocupa «{ $name }» al abrirlo. Guarde el archivo de nuevo o elija otro.
portal-reply-many-answers = Desde ayer usted envió { $n } respuestas, y no podemos recibir más por hoy. Inténtelo de nuevo mañana o llámenos. Su texto sigue aquí.
portal-reply-no-room = En este momento no podemos recibir respuestas. Inténtelo de nuevo dentro de una hora. Su texto sigue aquí.
portal-draft-kept = Sus mensajes se cerraron mientras usted escribía. Le guardamos este texto. Si había elegido archivos, elíjalos de nuevo.
portal-draft-discard = Borrar este texto

# Un mensaje nuevo. Una persona es una de las que comparten un correo electrónico.
portal-new-message = Mensaje nuevo
portal-new-title = Escribir a { $clinic }
portal-new-person = Escribo de parte de
portal-new-choose = Elija a la persona
portal-new-unchosen = Elija de parte de quién escribe.
portal-new-for = Usted escribe de parte de { $name }.
portal-new-to = Para
portal-new-goes = Lo recibirá su médico o profesional en { $clinic }, o la oficina.
portal-new-subject = ¿De qué se trata?
portal-new-no-subject = Escriba en pocas palabras de qué se trata.
portal-new-long-subject = Estas palabras tienen más de { $n } caracteres. Escriba el resto abajo.
portal-new-text = Su mensaje
portal-new-send = Enviar mi mensaje

# La contraseña para la primera página.
portal-password-link = Elegir o cambiar una contraseña
portal-password-choose = Elija una contraseña
portal-password-change = Cambie su contraseña
portal-password-why = La contraseña es para la primera página de { $clinic }. En un teléfono o una computadora que ya lo conoce, sirve en lugar del código. En otros lugares le enviaremos también un código. Los enlaces de nuestros correos funcionan sin ella.
portal-password-since = Usted eligió su contraseña: { $moment }
portal-password-new = Contraseña nueva
portal-password-hint = Al menos 12 caracteres. Varias palabras que no van juntas son fáciles de recordar.
portal-password-again = La misma contraseña otra vez
portal-password-keep = Guardar esta contraseña
portal-password-remove = No quiero contraseña
portal-password-set = Guardamos su contraseña
portal-password-removed = Usted ya no tiene contraseña
portal-password-unlike = Las dos contraseñas no son iguales. Escriba las dos de nuevo.
portal-password-short = Esta contraseña tiene menos de 12 caracteres. Elija una más larga.
portal-password-common = Muchas personas usan esta contraseña o una parecida. Elija otra.
portal-password-busy = No pudimos guardarla en este momento. Inténtelo de nuevo en un minuto.
portal-answer-sent = Su mensaje fue enviado
portal-answer-arrived = Llegó a { $clinic } el { $moment }.
portal-answer-reference = Referencia: { $reference }

# Páginas que dicen una sola cosa.
portal-front-title = Mensajes seguros de { $clinic }
portal-front-text = Para leer un mensaje, abra el enlace del correo electrónico que le enviamos.
portal-front-lost = ¿No tiene el correo? Mire en la carpeta de correo no deseado (spam) o llame a { $clinic }.
portal-front-no-link = ¿No tiene el enlace a mano?
portal-front-how = Si { $clinic } abrió esta página para usted, escriba su correo electrónico. Le enviaremos un código de 8 dígitos.
portal-front-address = Su correo electrónico
portal-front-address-wrong = Escriba su correo electrónico completo, por ejemplo nombre@example.com.
portal-front-password = Contraseña, si eligió una
portal-front-password-hint = Déjela en blanco si no tiene una o si la olvidó. Le enviaremos un código.
portal-front-password-wrong = Este correo electrónico y esta contraseña no corresponden. Inténtelo de nuevo o deje la contraseña en blanco para recibir un código.
portal-front-password-slow = Varias contraseñas no funcionaron. Espere { $wait } ({ $time }) o deje la contraseña en blanco para recibir un código.
portal-front-go-on = Seguir
portal-front-many = Se pidieron muchos códigos desde el lugar donde usted está. Podrá pedir uno dentro de { $wait }: { $time }.
portal-front-sent = Si { $clinic } abrió esta página para { $address }, el código va en camino. Suele llegar en menos de un minuto. Mire también en la carpeta de correo no deseado (spam).
portal-front-label = Código de 8 dígitos
portal-front-lasts = El código sirve unos diez minutos, una sola vez y solo en este navegador.
portal-front-code-empty = Escriba el código de 8 dígitos que está en el correo electrónico.
portal-front-enter = Entrar
portal-front-none = ¿No le llega después de unos minutos? Enviamos solo unos pocos códigos por hora. También puede abrir el enlace de un correo nuestro o llamar a { $clinic }.
portal-front-other = Usar otro correo electrónico
portal-rests-title = Esta entrada está cerrada por un rato
portal-rests-text = Alguien, en algún lugar, escribió aquí demasiados códigos que no son correctos. Para cuidar todos los mensajes, esta entrada se abre de nuevo dentro de { $wait }: { $time }.
portal-own-title = Este mensaje es para una sola persona
portal-own-text = Más de una persona usa este correo electrónico; por eso el mensaje no se muestra aquí. Si es para usted, llame a { $clinic } y dé un correo electrónico que solo usted use.
portal-new-closed-title = Esta página no está abierta para usted
portal-new-closed-text = Puede leer y responder sus mensajes como siempre. Si quiere escribirnos primero, llame a { $clinic }.
portal-expired-title = Este mensaje ya no está disponible
portal-expired-text = El tiempo para leerlo terminó. { $clinic } todavía lo tiene y puede enviarlo de nuevo.
portal-withdrawn-title = Este mensaje fue retirado
portal-withdrawn-text = { $clinic } retiró este mensaje. No tiene que hacer nada.
portal-withdrawn-ask = Si todavía lo necesita, puede pedirlo a la oficina.
portal-ask-again = Pedir a la oficina que lo envíe de nuevo
portal-asked-title = Avisamos a la oficina
portal-asked-text = Le dijimos a { $clinic } que usted quiere recibir este mensaje de nuevo. Cuando lo envíen, usted recibirá otro correo electrónico.
portal-asked-before = Ya le pedimos a la oficina que lo envíe de nuevo. Cuando lo haga, usted recibirá otro correo electrónico.
portal-unknown-title = Este enlace no está completo
portal-unknown-text = Vuelva al correo electrónico de { $clinic } y presione el botón. Si copió el enlace, compruebe que lo copió entero.
portal-barred-title = Este mensaje está cerrado por su seguridad
portal-barred-text = Hubo demasiados códigos equivocados para este mensaje. { $clinic } puede enviarlo de nuevo.
portal-locked-title = Cerramos sus mensajes
portal-locked-text = Por su privacidad, cerramos los mensajes después de { $wait } en la misma página.
portal-locked-kept = Guardamos su texto. Abra de nuevo sus mensajes para seguir. Si eligió archivos, tendrá que elegirlos otra vez.
portal-locked-kept-title = Su texto todavía no se envió
portal-locked-link = Para abrirlos de nuevo, use el enlace del correo electrónico de { $clinic }.
portal-open-again = Abrir de nuevo mis mensajes
portal-signed-out-title = Usted cerró su sesión
portal-signed-out-text = Sus mensajes están cerrados. Para leerlos de nuevo, use el enlace del correo electrónico de { $clinic }.
portal-signed-out-front = Si { $clinic } abrió el portal para usted, también puede entrar sin enlace.
portal-without-link = Entrar sin enlace
portal-signed-out-shared = Si usa una computadora compartida, cierre también esta ventana.
portal-missing-title = Esta página no existe
portal-missing-text = Vuelva al correo electrónico de { $clinic } y presione el botón.
portal-gone-title = Este mensaje ya no está disponible
portal-gone-text = Puede que lo hayan retirado o que el tiempo para leerlo haya terminado. Si lo necesita, llame a { $clinic }.
portal-file-gone-title = Este archivo no está aquí
portal-file-gone-text = Puede que el mensaje al que pertenece ya no esté disponible.
portal-to-inbox = Ir a mis mensajes
portal-method-title = Inténtelo de nuevo
portal-method-text = Esta página no se puede abrir por sí sola. Vuelva a la página anterior e inténtelo de nuevo.
portal-large-title = Era demasiado de una vez
portal-large-text = Lo que quiso enviar pesa más de { $limit }, así que no se envió nada. Vuelva atrás y envíe menos de una vez, por ejemplo menos archivos.
portal-stale-title = Esta página estuvo abierta demasiado tiempo
portal-stale-text = Por su seguridad, el botón ya no funciona. No se envió nada. Abra la página de nuevo y vuelva a presionar el botón.
portal-foreign-title = Esto no vino de nuestra página
portal-foreign-text = Por su seguridad, no cambiamos nada. Abra el enlace del correo electrónico de { $clinic } e inténtelo de nuevo.
portal-open-anew = Abrir la página de nuevo
portal-host-title = Esta no es la dirección correcta
portal-host-text = Abra de nuevo el enlace del correo electrónico de { $clinic }.
portal-room-title = Inténtelo más tarde
portal-room-text = En este momento no podemos recibir nada nuevo. No se perdió nada y { $clinic } está trabajando en ello. Si es urgente, llame a { $clinic }.
portal-slow-title = Tardó demasiado
portal-slow-text = La conexión fue demasiado lenta y no se envió nada. Vuelva atrás e inténtelo de nuevo con menos archivos a la vez.
portal-malformed-title = No pudimos leerlo
portal-malformed-text = Su navegador envió algo que no entendemos. Vuelva atrás e inténtelo de nuevo.
portal-fault-title = Algo falló de nuestro lado
portal-fault-text = Inténtelo de nuevo en unos minutos. Si vuelve a ocurrir, llame a { $clinic } y diga la referencia de abajo.
portal-error-reference = Referencia: { $reference }

# Ayuda.
portal-help-title = Cómo funciona
portal-help-what-title = ¿Qué es esto?
portal-help-what = { $clinic } le escribe aquí para que nadie más pueda leerlo. El correo electrónico que recibió solo dice que hay un mensaje para usted.
portal-help-code-title = ¿Para qué sirve el código?
portal-help-code = El código nos muestra que es usted: lo enviamos a su propia dirección de correo electrónico. Sirve unos diez minutos y una sola vez. No necesita cuenta. La contraseña es solo para quien quiera una.
portal-help-late-title = El código no llega
portal-help-late = La mayoría llega en menos de un minuto; algunos tardan más. Mire en la carpeta de correo no deseado (spam). Después de medio minuto puede pedir un código nuevo. Use el correo más reciente: muestra las mismas cuatro letras que la página.
portal-help-real-title = ¿Cómo sé que el correo es auténtico?
portal-help-real = Si tiene dudas, llame a { $clinic } a un número que ya conozca, por ejemplo el de su tarjeta de citas. Nunca le pediremos un número de tarjeta de crédito ni su número de Seguro Social, y nunca una contraseña por correo o por teléfono.
portal-help-long-title = ¿Cuánto tiempo puedo leer un mensaje?
portal-help-long = La página le dice hasta cuándo. Después puede pedir a la oficina, con un solo botón, que lo envíe de nuevo.
portal-help-shared-title = En una computadora compartida
portal-help-shared = Presione «Salir» al terminar. Si lo olvida, cerramos sus mensajes después de { $wait }.
portal-help-urgent-title = En una emergencia
portal-help-urgent = No use esta página. Llame al 911.
