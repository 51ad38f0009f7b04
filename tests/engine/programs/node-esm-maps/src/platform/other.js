export const kind = 'other';
