# with the locale's own comma
NR > 1 { sum[$1] += $2; n[$1]++ }
END {
    PROCINFO["sorted_in"] = "@ind_str_asc"
    for (who in sum) printf "%-8s %'12.2f %3d\n", who, sum[who], n[who]
    print strftime("%B", 1700000000, 1), toupper("årets"), length("åäö")
}
