import { Type } from 'class-transformer';
import { IsEmail, IsInt, IsOptional, Length, Max, Min } from 'class-validator';

export class CreateNote {
  @Length(2, 20)
  title: string;

  @IsEmail()
  mail: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(5)
  stars?: number;
}
