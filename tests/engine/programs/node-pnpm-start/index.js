const Koa = require('koa'), {Router} = require('@koa/router'), serve = require('koa-static')
const app = new Koa(), router = new Router()
router.get('/hi', ctx => { ctx.body = 'hi' })
app.use(router.routes()).use(serve(__dirname + '/public')).listen(8813)
