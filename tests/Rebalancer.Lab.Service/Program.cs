using Rebalancer.Lab.Service;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls("http://0.0.0.0:8080");
var app = builder.Build();
var chains = new Chains();
var settings = new Settings(app.Environment, app.Configuration);
app.MapGet("/clients/{client:int}/{number:long}", (int client, long number) => chains.Add(client, number));
app.MapGet("/mark", () => settings.Mark);
app.MapPut("/mark/{mark}", (string mark) => settings.WriteAsync(mark));
await app.RunAsync();
