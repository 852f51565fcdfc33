# Dates, times and sizes, as dates.rs and sizes.rs put them together.

# $day is "domingo, 29 de noviembre de 2026", $time "5:00 p. m.".
moment = { $day }, { $time } ({ $zone })
day = { $weekday }, { $date }
date = { $day } de { $month } de { $year }
date-this-year = { $day } de { $month }
# $time is "10:02 AM", $zone "Pacific".
clock = { $time } ({ $zone })
today = hoy, { $time }
yesterday = ayer, { $time }
# $clock is the hour from 1 to 12 with its minutes: 9:41. No line breaks inside
# "9:41 a. m.".
time-morning = { $clock }{"\u00A0"}a.{"\u00A0"}m.
time-afternoon = { $clock }{"\u00A0"}p.{"\u00A0"}m.

weekday =
    { $n ->
        [1] lunes
        [2] martes
        [3] miércoles
        [4] jueves
        [5] viernes
        [6] sábado
       *[7] domingo
    }
month =
    { $n ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    }

zone-eastern = hora del Este
zone-central = hora del Centro
zone-mountain = hora de la Montaña
zone-arizona = hora de Arizona
zone-pacific = hora del Pacífico
zone-alaska = hora de Alaska
zone-hawaii = hora de Hawái
zone-atlantic = hora del Atlántico

# How long a message can still be read.
left-days =
    { $n ->
        [one] queda { $n } día
       *[other] quedan { $n } días
    }
left-hours =
    { $n ->
        [one] queda { $n } hora
       *[other] quedan { $n } horas
    }
left-minutes =
    { $n ->
        [one] queda { $n } minuto
       *[other] quedan { $n } minutos
    }
left-moment = queda menos de un minuto
left-nothing = no queda tiempo

# How long to wait: stands inside a sentence.
seconds =
    { $n ->
        [one] { $n } segundo
       *[other] { $n } segundos
    }
minutes =
    { $n ->
        [one] { $n } minuto
       *[other] { $n } minutos
    }
hours =
    { $n ->
        [one] { $n } hora
       *[other] { $n } horas
    }
days =
    { $n ->
        [one] { $n } día
       *[other] { $n } días
    }

# Sizes of files.
decimal-mark = .
size-bytes =
    { $n ->
        [one] { $n } byte
       *[other] { $n } bytes
    }
size-kilobytes = { $n } KB
size-megabytes = { $n } MB
size-gigabytes = { $n } GB
