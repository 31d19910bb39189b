-- One buyer per thread: cart, deliveries, delivery, payment, order; again and again. STEPS and APP come from a file of
-- the run. Anything but the expected answer ends in `failed`, with the first such answer printed.
local run = dofile(os.getenv("BENCH_ORDER"))
local threads = {}
local step, id, delivery, amount

function setup(thread) table.insert(threads, thread) end

function init(args)
  step, orders, failed, first = 1, 0, 0, ""
end

function request()
  local body = run.steps[step]
  body = body:gsub("__ID__", id or ""):gsub("__DELIVERY__", delivery or ""):gsub("__AMOUNT__", amount or "0")
  local headers = { ["Content-Type"] = "application/json" }
  if step == 4 then headers["Authorization"] = "Bearer " .. run.token end
  return wrk.format("POST", run.path, headers, body)
end

local function fail(body)
  failed = failed + 1
  if first == "" then first = "step " .. step .. ": " .. body end
  step = 1
end

function response(status, headers, body)
  if step == 1 then
    id = body:match('"checkout": ?{"id": ?"([^"]+)"')
    if not id then return fail(body) end
  elseif step == 2 then
    delivery = body:match('"deliveries": ?%[{"id": ?"([^"]+)"')
    if not delivery then return fail(body) end
  elseif step == 3 then
    amount = body:match('"totalPrice": ?{"gross": ?{"amount": ?([%d.]+)')
    if not amount then return fail(body) end
  elseif step == 4 then
    if not body:match('"chargedAmount"') then return fail(body) end
  elseif body:match('"isPaid": ?true') then
    orders = orders + 1
    step = 1
    return
  else
    return fail(body)
  end
  step = step + 1
end

function done(summary, latency, requests)
  local all, wrong, told = 0, 0, ""
  for _, thread in ipairs(threads) do
    all = all + thread:get("orders")
    wrong = wrong + thread:get("failed")
    if told == "" then told = thread:get("first") end
  end
  io.write(string.format("Orders: %d in %.3f s, failed %d\n%s\n", all, summary.duration / 1e6, wrong, told))
end
