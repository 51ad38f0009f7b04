const t = require('./../data/metric.json'); exports.names = () => Object.keys(t).sort().join(' ');
