# SPDX-License-Identifier: GPL-2.0
# The pmem lab - draw what "lab.py bench --long" has measured:
#
#	gnuplot -e "data='revoke.dat'; out='revoke-cost.svg'" revoke.gp

set terminal svg size 1000,500 font "sans-serif,13" background "white" dynamic
set output out
set multiplot layout 1,2
set logscale xy 2
set logscale y 10
set format y "10^{%L}"
set xrange [48:*]
set yrange [1e4:1e10]
set xtics ("64 MiB" 64, "256 MiB" 256, "1 GiB" 1024, "4 GiB" 4096, \
	   "16 GiB" 16384, "64 GiB" 65536)
set xlabel "size of the mapping"
set ylabel "instructions"
set grid
set key below maxcols 3 samplen 2
set style data linespoints

block(kernel, entry, others) = \
	sprintf("%s, %s, %d others", kernel, entry, others)

do for [entry in "'4 KiB' '2 MiB'"] {
	set title entry." entries"
	plot data index block("stock", entry, 200) using 1:2 \
		title "stock, 200 other processes" lc rgb "#a00000" pt 5, \
	     data index block("stock", entry, 10) using 1:2 \
		title "stock, 10" lc rgb "#e06060" pt 4, \
	     data index block("daxmend", entry, 200) using 1:2 \
		title "daxmend, 200" lc rgb "#0040a0" pt 7, \
	     data index block("daxmend", entry, 10) using 1:2 \
		title "daxmend, 10" lc rgb "#60a0e0" pt 6 dt 2, \
	     data index block("daxmend", entry, 10) using 1:3 \
		title "munmap()" lc rgb "#404040" pt 2 dt 3
}
unset multiplot
