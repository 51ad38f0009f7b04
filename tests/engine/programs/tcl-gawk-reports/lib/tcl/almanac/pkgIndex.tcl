package ifneeded almanac 1.2 [list source [file join $dir almanac.tcl]]
package ifneeded almanac::moon 0.3 [list source [file join $dir moon.tcl]]
