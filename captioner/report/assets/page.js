const report = embedded("document");
const chooseSentence = showGallery(report.images, embedded("thumbnails"));
showSummary(report, chooseSentence);
showCharts(report.distributions);
