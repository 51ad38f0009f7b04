export const text = 'lazy'
