import 'reflect-metadata'
import { readdirSync } from 'fs'
import { join } from 'path'
export interface Rule { apply(n: number): string | undefined }
export const rules: Rule[] = []
export function rule(target: new (...args: any[]) => Rule) { rules.push(new target()); Reflect.defineMetadata('rule', target.name, target) }
export async function load() {
  for (const file of readdirSync(join(__dirname, 'rules')).filter(f => f.endsWith('.js')).sort()) await import(join(__dirname, 'rules', file))
}
