import { Injectable, NestMiddleware } from '@nestjs/common';
import { NextFunction, Request, Response } from 'express';
import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';

export type Words = Record<string, string>;
export interface AppRequest extends Request {
  words: Words;
}

@Injectable()
export class LanguageMiddleware implements NestMiddleware {
  private readonly folder = join(__dirname, '..', 'i18n');
  private readonly all = new Map<string, Words>(
    readdirSync(this.folder).map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(this.folder, file), 'utf8'))]),
  );

  use(request: AppRequest, response: Response, next: NextFunction) {
    const language = request.acceptsLanguages(...['en', 'nl'].filter((one) => this.all.has(one))) || 'en';
    request.words = this.all.get(language) as Words;
    response.setHeader('Content-Language', language);
    next();
  }
}
