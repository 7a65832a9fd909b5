export { chipMap } from './chip-map.ts';
export { dotPlot } from './dot-plot.ts';
export { histogram } from './histogram.ts';
export { linePlot } from './line-plot.ts';
export { renderPng } from './png.ts';
export { rasterPlot } from './raster-plot.ts';
export { stripPlot } from './strip-plot.ts';
export { weightPlot } from './weight-plot.ts';
export { pictureFiles, pictureNames } from './write.ts';
