import { createHash, timingSafeEqual } from 'node:crypto'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares in constant time, whatever the lengths are. */
export const isSameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b))
