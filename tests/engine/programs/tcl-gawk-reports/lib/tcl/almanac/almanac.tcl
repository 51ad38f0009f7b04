package provide almanac 1.2
namespace eval almanac {
    variable share $::env(ALMANAC)
    namespace ensemble create
}
proc almanac::commands {} { lsort [lmap p [info commands ::almanac::do_*] { string range [namespace tail $p] 3 end }] }
proc almanac::run {cmd args} {
    if {$cmd ni [commands]} { throw {ALMANAC COMMAND} [msgcat::mc "no command %s" $cmd] }
    do_$cmd {*}$args
}
proc almanac::do_moon {y m d} { package require almanac::moon; moon::age $y $m $d }
proc almanac::do_zone {zone} {
    set t [clock scan "2024-03-31 00:30:00" -gmt 1]
    set l [msgcat::mclocale]
    return "[clock format $t -timezone $zone -format {%Y-%m-%d %H:%M %Z}] [clock format $t -timezone :UTC -locale $l -format {%A %d %B}]"
}
proc almanac::do_json {} {
    package require json
    package require json::write
    variable share
    set f [open [file join $share "data sets" feasts.json]]
    fconfigure $f -encoding utf-8
    set d [json::json2dict [read $f]]
    close $f
    json::write indented 0
    json::write array {*}[lmap x $d { json::write string "[dict get $x name]/[dict get $x day]" }]
}
proc almanac::do_xml {{xpath //feast/@day}} {
    package require tdom
    variable share
    set doc [dom parse [tDOM::xmlReadFile [file join $share "data sets" kalender.xml]]]
    return [lmap n [$doc selectNodes $xpath] { lindex $n 1 }]
}
proc almanac::do_db {} {
    package require sqlite3
    variable share
    sqlite3 db :memory:
    db eval {create table f (name, day)}
    foreach line [split [string trim [readFile [file join $share "data sets" tide.tsv]]] \n] { lassign [split $line \t] n v; db eval {insert into f values ($n, $v)} }
    set out [db eval {select name, sum(day) from f group by name order by 1 desc}]
    db close
    return $out
}
proc almanac::readFile {p} { set f [open $p]; fconfigure $f -encoding utf-8; set s [read $f]; close $f; return $s }
proc almanac::do_hash {s} {
    package require sha256
    package require md5
    package require base64
    package require crc32
    set b [encoding convertto utf-8 $s]
    return "[string range [sha2::sha256 $b] 0 9] [string range [md5::md5 -hex $b] 0 9] [base64::encode $b] [crc::crc32 $b]"
}
proc almanac::do_encode {enc s} { binary encode hex [encoding convertto $enc $s] }
proc almanac::do_markdown {} { package require Markdown; variable share; string trim [Markdown::convert [readFile [file join $share note.md]]] }
proc almanac::do_csv {} { package require csv; package require struct::matrix; struct::matrix m; m add columns 2; foreach r {{a,"b, c"} {d,"e ""f"""}} { m add row [csv::split $r] }; return [m get column 1] }
proc almanac::do_serve {} {
    package require http
    proc ::accept {c a p} { fconfigure $c -translation binary; fileevent $c readable [list ::answer $c] }
    proc ::answer {c} { gets $c line; while {[gets $c h] > 0 && [string trim $h] ne ""} {}; puts -nonewline $c "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nyou asked [lindex $line 1]"; close $c }
    set s [socket -server ::accept -myaddr 127.0.0.1 0]
    set t [http::geturl http://127.0.0.1:[lindex [fconfigure $s -sockname] 2]/x -timeout 5000]
    return "[http::ncode $t] [http::data $t]"
}
proc almanac::do_tls {} { package require tls; return [expr {[llength [tls::ciphers tls1.2]] > 5}] }
proc almanac::do_feasts {args} { variable share; exec -ignorestderr gawk -f feasts.awk -v lang=[msgcat::mclocale] {*}$args [file join $share "data sets" tide.tsv] }
proc almanac::do_page {{dev utf8}} {
    variable share
    if {$dev eq "pdf"} {
        set p [exec groff -ms -Tpdf -k [file join $share troff page.ms] | head -c 5]
        return $p
    }
    exec -ignorestderr m4 -DYEAR=2024 [file join $share .. .. lib almanac m4 head.m4] [file join $share troff page.ms] | groff -ms -t -k -T$dev | sed -e {/^$/d}
}
proc almanac::do_calc {args} { return "[exec bc -l << "scale=6; [join $args]\n"] [exec dc -e "2 10 ^ p"]" }
proc almanac::do_units {from to} { exec units -t $from $to }
proc almanac::do_stat {} { variable share; exec datamash -s -g 1 mean 2 sstdev 2 < [file join $share "data sets" tide.tsv] }
proc almanac::do_rec {expr} { variable share; exec recsel -e $expr -p Name,Day [file join $share "data sets" saints.rec] }
proc almanac::do_spell {lang args} { exec aspell -l $lang --encoding=utf-8 list << [join $args] }
proc almanac::do_cal {y m} { exec ncal -b -h -M $m $y }
proc almanac::do_talk {} { exec expect -c {log_user 0; spawn bc -q; send "6*7\r"; expect -re {\n(42)}; puts "expect $expect_out(1,string)"} }
proc almanac::do_safe {script} { set i [interp create -safe]; return [catch {$i eval $script} r]:$r }
proc almanac::do_oo {} { oo::class create Day { variable n; constructor x { set n $x }; method next {} { return [incr n] } }; return [[Day new 30] next] }
