# Dates, times and sizes, as dates.rs and sizes.rs put them together.

# $day is "Sunday, 29 November 2026", $time "5:00 PM", $zone "Pacific".
moment = { $day }, { $time } ({ $zone })
day = { $weekday }, { $date }
date = { $day } { $month } { $year }
date-this-year = { $day } { $month }
# $time is "10:02 AM", $zone "Pacific".
clock = { $time } ({ $zone })
today = today, { $time }
yesterday = yesterday, { $time }
# $clock is the hour from 1 to 12 with its minutes: 9:41.
time-morning = { $clock } AM
time-afternoon = { $clock } PM

weekday =
    { $n ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }
month =
    { $n ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }

zone-eastern = Eastern
zone-central = Central
zone-mountain = Mountain
zone-arizona = Arizona
zone-pacific = Pacific
zone-alaska = Alaska
zone-hawaii = Hawaii
zone-atlantic = Atlantic

# How long a message can still be read.
left-days =
    { $n ->
        [one] { $n } day left
       *[other] { $n } days left
    }
left-hours =
    { $n ->
        [one] { $n } hour left
       *[other] { $n } hours left
    }
left-minutes =
    { $n ->
        [one] { $n } minute left
       *[other] { $n } minutes left
    }
left-moment = less than a minute left
left-nothing = no time left

# How long to wait: stands inside a sentence.
seconds =
    { $n ->
        [one] { $n } second
       *[other] { $n } seconds
    }
minutes =
    { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }
hours =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
days =
    { $n ->
        [one] { $n } day
       *[other] { $n } days
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
