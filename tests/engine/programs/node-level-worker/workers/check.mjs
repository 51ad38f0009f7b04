import { parentPort, workerData } from 'node:worker_threads'
import bcrypt from 'bcrypt'
const made = await bcrypt.hash(workerData.secret, 4)
parentPort.postMessage({ right: await bcrypt.compare(workerData.secret, made), wrong: await bcrypt.compare('x', made), kind: made.slice(0, 4) })
