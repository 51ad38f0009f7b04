import express from 'express';
import { health } from './health';

const app = express();
app.get('/', (_request, response) => response.send('Hello from Node!\n'));
app.get('/health', (_request, response) => response.json(health()));
app.listen(Number(process.env.PORT ?? 8080));
