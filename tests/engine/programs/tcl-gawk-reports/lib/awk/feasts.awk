@include "fmt"
@load "ordchr"
@load "filefuncs"
BEGIN { FS = "\t"; PROCINFO["sorted_in"] = "@val_num_desc" }
{ sum[$1] += $2; n++ }
END {
    for (k in sum) print pad(k, 10), sum[k]
    print n, strftime("%j", 86400 * 59, 1), ord("a"), stat("/etc/passwd", st), toupper(lang), gensub(/(.)(.)/, "\\2\\1", "g", "abcd")
}
