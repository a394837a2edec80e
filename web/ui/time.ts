/** `Mon, Nov 23, 22:00` where the reader is. */
export const when = (at: string): string =>
  new Date(at).toLocaleString([], {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
