export { histogram } from './histogram.ts';
export { linePlot } from './line-plot.ts';
export { renderPng } from './png.ts';
export { rasterPlot } from './raster-plot.ts';
export { weightPlot } from './weight-plot.ts';
