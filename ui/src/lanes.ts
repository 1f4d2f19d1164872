/** Where a figure comes from, in words. Figures of two lanes are never added. */
export const LANES: Record<string, string> = {
  billed: 'Billed',
  estimated: 'Estimated by the provider',
  logged: 'Logged on this computer',
  entered: 'Entered by hand',
};
