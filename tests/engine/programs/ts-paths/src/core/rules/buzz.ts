import { rule, Rule } from '@core/registry'
@rule
export class Buzz implements Rule { apply(n: number) { return n % 5 ? undefined : 'buzz' } }
