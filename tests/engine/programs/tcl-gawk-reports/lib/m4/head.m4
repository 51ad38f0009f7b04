dnl
.TL
Almanac YEAR
define(`feast', `.IP $1
$2')dnl
