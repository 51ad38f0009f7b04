import { ConflictException, Injectable, NotFoundException, OnApplicationShutdown } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { CreateNote } from './dto/create-note.dto';

export interface Note extends CreateNote {
  id: number;
}

@Injectable()
export class NotesService implements OnApplicationShutdown {
  private readonly notes: Note[] = [];

  constructor(private readonly config: ConfigService) {}

  all() {
    return this.notes;
  }

  one(id: number) {
    const note = this.notes.find((other) => other.id === id);
    if (!note) throw new NotFoundException(`no note ${id}`);
    return note;
  }

  add(note: CreateNote) {
    if (this.notes.length >= Number(this.config.get('NOTES_LIMIT'))) throw new ConflictException('full');
    const made = { id: this.notes.length + 1, ...note };
    this.notes.push(made);
    return made;
  }

  onApplicationShutdown(signal?: string) {
    console.error(`${signal}: ${this.notes.length} notes lost`);
  }
}
