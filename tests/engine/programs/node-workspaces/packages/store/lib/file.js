import { readFileSync, writeFileSync, existsSync } from 'node:fs'
import { customAlphabet } from 'nanoid'
import { format } from 'date-fns'
import { de } from 'date-fns/locale'
import superjson from 'superjson'
export function open(path) {
  const all = existsSync(path) ? superjson.parse(readFileSync(path, 'utf8')) : new Map()
  return { put(key, value) { all.set(key, { value, id: customAlphabet('a', 4)(), day: format(new Date(2024, 4, 1), 'd. MMMM', { locale: de }) }); writeFileSync(path, superjson.stringify(all)); return [...superjson.parse(readFileSync(path, 'utf8'))] } }
}
