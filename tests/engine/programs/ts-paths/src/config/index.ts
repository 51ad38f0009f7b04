import defaults from './defaults.json'
import { readFileSync } from 'fs'
import { join } from 'path'
import yaml from 'js-yaml'
export const config = { ...defaults, ...(yaml.load(readFileSync(join(process.cwd(), 'assets/app.yml'), 'utf8')) as { motto: string }) }
export const version: string = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8')).version
