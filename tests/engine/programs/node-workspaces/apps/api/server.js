import express from 'express'
import compression from 'compression'
import { engine } from 'express-handlebars'
import { fileURLToPath } from 'node:url'
import { greet, languages } from '@acme/greet'
import { open } from '@acme/store/file'
const app = express(), store = open('/tmp/store.json')
app.engine('hbs', engine({ extname: 'hbs' })); app.set('view engine', 'hbs'); app.set('views', fileURLToPath(new URL('./views', import.meta.url)))
app.use(compression({ threshold: 0 }), express.json())
app.get('/', (q, r) => r.render('home', { title: 'Acme', words: [greet('en'), greet('sv')], started: globalThis.started }))
app.get('/languages', (q, r) => r.json(languages()))
app.get('/greet/:lang', (q, r) => r.type('text').send(greet(q.params.lang, q.query.name)))
app.put('/store/:key', (q, r) => r.json(store.put(q.params.key, q.body)))
app.get('/id', (q, r) => r.json({ uid: process.getuid(), npm: process.env.npm_package_name }))
app.listen(9105)
