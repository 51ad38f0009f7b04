import { Body, Controller, Get, Param, ParseIntPipe, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { createHash } from 'crypto';
import { CreateNote } from './dto/create-note.dto';
import { NotesService } from './notes.service';

@Controller('notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number) {
    return this.notes.one(id);
  }

  @Post()
  add(@Body() note: CreateNote) {
    return this.notes.add(note);
  }

  @Post('upload')
  @UseInterceptors(FileInterceptor('file'))
  upload(@UploadedFile() file: { size: number; mimetype: string; buffer: Buffer }) {
    return { size: file.size, type: file.mimetype, sha1: createHash('sha1').update(file.buffer).digest('hex') };
  }
}
