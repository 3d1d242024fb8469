"templates/assets/tables.js stands here";
