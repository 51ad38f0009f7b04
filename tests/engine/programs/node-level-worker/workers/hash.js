const { hash } = require('bindings')({ bindings: 'fnv', module_root: require('path').join(__dirname, '../native') })
module.exports = word => hash(word).toString(16)
