import { Controller, Get, ImATeapotException, Render, Req, StreamableFile } from '@nestjs/common';
import { createReadStream, readFileSync } from 'fs';
import { join } from 'path';
import { NotesService } from './notes/notes.service';
import { AppRequest } from './common/language.middleware';

@Controller()
export class AppController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  @Render('index')
  index(@Req() request: AppRequest) {
    return { words: request.words, notes: this.notes.all(), layout: 'layout' };
  }

  @Get('version')
  version() {
    const { name, version } = JSON.parse(readFileSync(join(process.cwd(), 'package.json'), 'utf8'));
    return { name, version, env: process.env.NODE_ENV, npm: process.env.npm_lifecycle_event };
  }

  @Get('source')
  source() {
    return new StreamableFile(createReadStream(join(process.cwd(), 'src', 'i18n', 'en.json')), { type: 'application/json' });
  }

  @Get('tea')
  tea() {
    throw new ImATeapotException('short and stout');
  }

  @Get('boom')
  boom() {
    throw new Error('not meant to be seen');
  }
}
