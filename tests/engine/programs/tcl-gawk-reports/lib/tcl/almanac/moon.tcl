package provide almanac::moon 0.3
package require math::fuzzy
namespace eval almanac::moon {}
proc almanac::moon::age {y m d} {
    set jd [clock format [clock scan "$y-$m-$d" -format %Y-%m-%d -gmt 1] -format %J -gmt 1]
    format %.1f [expr {fmod($jd - 2451550.1, 29.530588853)}]
}
