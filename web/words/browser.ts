/** Using a browser as a contact, and what stands in the way. */
export const words = {
  use: 'Use this browser',
  using: 'Asking the browser…',
  lead: (device: string) => `Pages come to ${device} as notifications, also while it is closed.`,
  cannot: 'Not in this browser as it is',
  here: 'this browser',
  pushFailed: (why: string) =>
    `The push service of this browser did not take it: ${why}. Some browsers have push switched off.`,
  obstacles: {
    insecure:
      'Browsers take pushes over https only. Open Allclear by its https address, or ask an admin for one.',
    homeScreen:
      'On iPhone and iPad only apps on the home screen are pushed to: tap Share, then Add to Home Screen, open Allclear from there and come back to this page.',
    unable:
      'This browser takes no pushes. Chrome, Edge, Firefox and Safari do, outside of private windows.',
    denied:
      'Notifications are forbidden here. Allow them for this address in the settings of the browser, then reload.',
  },
} as const
