export interface Health {
  status: string;
}

export function health(): Health {
  return { status: 'OK' };
}
