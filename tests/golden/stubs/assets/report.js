"templates/assets/report.js stands here";
