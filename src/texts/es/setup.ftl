# La página que explica a una persona cómo configurar su programa de correo
# (`sealpost user sheet`). Una recepcionista la sigue sin ayuda.

setup-title = Su correo en la computadora o en el teléfono
setup-values = Pida lo que pida el programa de correo, estos son los datos que debe introducir.

setup-user = Usuario
setup-password = Contraseña
setup-password-value = la contraseña de aplicación de este dispositivo
setup-sign-in = Forma de identificarse
setup-sign-in-value = contraseña normal
setup-incoming = Correo entrante (IMAP)
setup-outgoing = Correo saliente (SMTP)
setup-server = Servidor
setup-port = Puerto
setup-encryption = Cifrado
setup-or = o, si su programa no admite lo anterior:

setup-app-password = La contraseña de aplicación no está en esta página. El administrador crea una para cada dispositivo y la muestra una sola vez. Úsela para el correo entrante y para el saliente. Ninguna otra contraseña funciona aquí, y esta no funciona en ningún otro sitio. Si pierde un dispositivo, avise enseguida: se anula su contraseña y los demás dispositivos siguen funcionando.
setup-networks = Una contraseña de aplicación puede crearse para que funcione solo en la red de la clínica. Así, una contraseña robada no le sirve a nadie de fuera. Si el correo funciona en la clínica y no en casa, la causa es esa; el administrador puede confirmarlo.
setup-found = Algunos programas encuentran estos datos por sí mismos. Compare lo que han encontrado con esta página antes de introducir la contraseña de aplicación.

setup-outlook = Outlook clásico para Windows
setup-outlook-add = Elija Archivo y después Agregar cuenta. Escriba { $address }. En Opciones avanzadas, marque "Permitirme configurar mi cuenta de forma manual". Elija Conectar.
setup-outlook-manual = Elija la opción IMAP.
setup-outlook-incoming = Correo entrante: servidor { $server }, puerto { $incoming }, método de cifrado { $incoming-encryption }. No marque "Requerir inicio de sesión utilizando Autenticación de contraseña segura".
setup-outlook-outgoing = Correo saliente: servidor { $server }, puerto { $outgoing }, método de cifrado { $outgoing-encryption }. Elija Siguiente.
setup-outlook-password = Introduzca la contraseña de aplicación. Elija Conectar y después Listo.

setup-thunderbird = Thunderbird de Mozilla
setup-thunderbird-add = Abra el menú de la parte superior derecha, elija Añadir cuenta y después Correo electrónico. Escriba su nombre y { $address }. Elija Continuar.
setup-thunderbird-found = Si Thunderbird encuentra la configuración, compárela con esta página y elija Continuar.
setup-thunderbird-manual = Si no la encuentra, muestra dos formularios, uno tras otro. Introduzca los datos de esta página: entrante IMAP, { $server }, { $incoming }, { $incoming-encryption }; saliente { $server }, { $outgoing }, { $outgoing-encryption }; identificación Contraseña normal; usuario { $address }. Elija Probar y después Continuar.
setup-thunderbird-test = Escriba la contraseña de aplicación cuando le pida la contraseña, elija Continuar y después Finalizar.

setup-apple = Apple Mail en Mac, iPhone y iPad
setup-apple-profile = Lo más rápido: en el propio dispositivo, abra { $profile } con Safari y permita la descarga. Es un perfil con los datos de esta página y sin contraseña. Mac: Configuración del Sistema, General, Administración de dispositivos. iPhone y iPad: Configuración, Perfil descargado. Compruebe que dice Verificado y, si no es así, pregunte al administrador. Elija Instalar e introduzca la contraseña de aplicación cada vez que se le pida una. Eso es todo.
setup-apple-nobody = Aquí no hay ningún perfil. La dirección de esta página debe terminar con su dirección de correo completa, como está en la hoja del administrador.
setup-apple-add = O a mano. Mac: en Mail, elija Mail, después Agregar cuenta y después Otra cuenta de Mail. iPhone y iPad: en Configuración, elija Apps, Mail, Cuentas de Mail, Agregar cuenta, Otra, Agregar cuenta de correo (en los más antiguos, Configuración, Mail, Cuentas). Escriba su nombre, { $address } y la contraseña de aplicación.
setup-apple-manual = Elija IMAP si se le pregunta.
setup-apple-servers = Servidor de correo entrante: { $server }, usuario { $address }, la contraseña de aplicación. Servidor de correo saliente: los mismos tres datos, también donde dice Opcional. Si pide los puertos: { $incoming } para el entrante y { $outgoing } para el saliente, con SSL.

setup-cloud = El nuevo Outlook, y Outlook en el teléfono
setup-cloud-refused = No funcionan aquí. Entregan su contraseña a Microsoft, y los servidores de Microsoft recogen su correo y guardan una copia, también del correo de los pacientes. El sistema de la clínica los rechaza. Use uno de los tres programas anteriores. En el nuevo Outlook para Windows, el interruptor "Nuevo Outlook" de la parte superior derecha vuelve al clásico.
setup-cloud-allowed = Entregan su contraseña a Microsoft, y los servidores de Microsoft recogen su correo y guardan una copia. { $clinic } lo ha permitido. Pregunte al administrador antes de usarlos.

setup-trouble = Si no funciona
setup-trouble-what = Compare cada dato con esta página, letra por letra; el usuario es la dirección completa. Después de varias contraseñas equivocadas el sistema deja pasar unos minutos: espere y vuelva a introducir la contraseña de aplicación. Si eso no ayuda, pida al administrador una contraseña de aplicación nueva.
