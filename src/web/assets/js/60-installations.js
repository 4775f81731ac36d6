// The way on to GitHub: browsers hold a form's redirect to this server, so its answer is a page whose one link is followed at once.
const go = document.querySelector('a[data-go]');
if (go !== null) location.replace(go.href);

// What has to be typed before something is destroyed: until then the button waits.
document.querySelectorAll('[data-confirm]').forEach((input) => {
  const button = input.form.querySelector('button[type=submit]');
  button.disabled = input.value !== input.dataset.confirm;
});
