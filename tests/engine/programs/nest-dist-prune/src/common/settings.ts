import { readFileSync } from 'fs';
import * as yaml from 'js-yaml';
import { join } from 'path';

export const settings = () =>
  yaml.load(readFileSync(join(process.cwd(), 'config', `${process.env.NODE_ENV ?? 'development'}.yaml`), 'utf8')) as Record<string, unknown>;
