const { ClassicLevel } = require('classic-level')
exports.open = async dir => { const db = new ClassicLevel(dir + '/db', { valueEncoding: 'json' }); await db.open(); return db }
exports.push = async (db, word) => db.put(String((await db.keys().all()).length).padStart(4, '0'), word)
exports.drain = db => db.iterator().all()
