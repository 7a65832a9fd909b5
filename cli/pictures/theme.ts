/** Gives the fonts, sizes and colours that all charts share; the palette is Okabe and Ito's. */
export const theme: {
  readonly font: string;
  readonly size: { readonly title: number; readonly label: number; readonly tick: number };
  readonly page: string;
  readonly panel: string;
  readonly grid: string;
  readonly axis: string;
  readonly ink: string;
  readonly faintInk: string;
  readonly mark: string;
  readonly accent: string;
  readonly missing: string;
} = {
  font: "'DejaVu Sans', sans-serif",
  size: { title: 15, label: 12, tick: 11 },
  page: '#ffffff',
  panel: '#f8f9fb',
  grid: '#e2e6eb',
  axis: '#8a94a0',
  ink: '#1f2933',
  faintInk: '#52606d',
  mark: '#26394d',
  accent: '#d55e00',
  missing: '#b8bfc7',
};

const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

/** Picks the colour of the series at `index`, and starts again after the last. */
export function seriesColour(index: number): string {
  return palette[index % palette.length]!;
}
