const puppeteer = require('puppeteer-core')
;(async () => {
  const browser = await puppeteer.launch({executablePath: process.env.PUPPETEER_EXECUTABLE_PATH, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']})
  const page = await browser.newPage()
  await page.setContent('<title>T</title><p>hello</p>')
  console.log(await page.title(), (await page.pdf()).length > 1000)
  await browser.close()
})()
