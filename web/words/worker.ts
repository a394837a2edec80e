/** What the service worker says by itself. Apart from the others, so that it stays small. */
export const words = {
  unreadable: { title: 'Allclear has something for you', body: 'Open it to see what it is.' },
  notThrough: 'It did not go through: no network',
} as const
