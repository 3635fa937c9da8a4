// The console's own script: tells the person what happened. Text only, never markup.
"use strict";
const say = (text) => { document.getElementById("said").textContent = text; };
