// Fills prefecture, city and quarter without reloading. Without this script the button does the same on the server.
const button = document.getElementById("lookup");
const said = document.getElementById("lookup-said");
const field = (name) => document.querySelector(`[name="${name}"]`);
button?.addEventListener("click", async (event) => {
  event.preventDefault();
  const answer = await fetch(`${button.dataset.postal}?code=${encodeURIComponent(field("postal_code").value)}`);
  const found = answer.ok ? await answer.json() : { found: false };
  said.textContent = found.found ? said.dataset.found : said.dataset.unknown;
  if (!found.found) return;
  field("area").value = found.area;
  field("city").value = found.city;
  if (!field("street1").value.startsWith(found.street1)) field("street1").value = found.street1;
  field("street1").focus();
});
