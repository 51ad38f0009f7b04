import { rule, Rule } from '@core/registry'
@rule
export class Fizz implements Rule { apply(n: number) { return n % 3 ? undefined : 'fizz' } }
