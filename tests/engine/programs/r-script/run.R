library(jsonlite)
d <- read.csv('d.csv')
cat(toJSON(as.list(coef(lm(y ~ x, d))), digits = 3), '\n')
png('/tmp/a.png', type = 'cairo'); plot(d); invisible(dev.off()); cat(file.exists('/tmp/a.png'), '\n')
