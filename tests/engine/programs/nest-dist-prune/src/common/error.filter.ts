import { ArgumentsHost, Catch, ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { Response } from 'express';
import { AppRequest } from './language.middleware';

@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly log = new Logger('errors');

  catch(error: unknown, host: ArgumentsHost) {
    const request = host.switchToHttp().getRequest<AppRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const code = error instanceof HttpException ? error.getStatus() : 500;
    if (code >= 500) this.log.error(`${request.url}: ${(error as Error).message}`);
    if (request.accepts('html', 'json') === 'html' && code !== 400) {
      return response.status(code).render('error', { code, words: request.words, layout: 'layout' });
    }
    const answer = error instanceof HttpException ? error.getResponse() : { statusCode: 500, message: 'Internal' };
    response.status(code).json(answer);
  }
}
